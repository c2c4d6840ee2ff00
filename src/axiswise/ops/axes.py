"""Axis numbers: negative ones count from the end, and a tensor without axes takes 0 and -1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from axiswise.facts import AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import setting


def in_range(axis: int, rank: int) -> bool:
    return -max(rank, 1) <= axis < max(rank, 1)


def position(axis: int, rank: int) -> int:
    """Return an axis counted from 0; a number out of range becomes the nearest axis."""
    return min(max(axis + rank if axis < 0 else axis, 0), max(rank - 1, 0))


def numbers(value: object) -> tuple[int, ...]:
    """Return a whole number or a sequence of them as a tuple; empty for None and anything else."""
    if isinstance(value, int):
        return (value,)
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = cast("Sequence[Any]", value)
        return tuple(items) if all(isinstance(item, int) for item in items) else ()
    return ()


def per_axis(value: object, count: int) -> tuple[int, ...]:
    """Return a number for each of `count` axes, one alone for all; empty where they are fewer or more."""
    given = numbers(value)
    return given * count if len(given) == 1 else given if len(given) == count else ()


def out_of_range(call: OpCall, role: str, axis: int, rank: int, param: str = "dim", index: int = -1) -> list[Conflict]:
    """Return the conflict of an axis number that a tensor of `rank` axes does not have, or nothing.

    `rank` is the operand's, or one more where the number names a new axis.
    """
    if in_range(axis, rank):
        return []
    facts = {"lowest": -max(rank, 1), "highest": max(rank, 1) - 1, "axes": rank}
    left = AxisUse(role, -1, call.operands[role].rank)
    return [Conflict("axis-range", call, left, setting(param, axis, index), facts)]


def axes_out_of_range(call: OpCall, role: str, param: str = "dim") -> list[Conflict]:
    """The same for every axis number of a parameter; nothing where the parameter is absent."""
    given, rank = call.params.get(param), call.operands[role].rank
    many = not isinstance(given, int)
    return [
        conflict
        for index, axis in enumerate(numbers(given))
        for conflict in out_of_range(call, role, axis, rank, param, index if many else -1)
    ]


def repeated(call: OpCall, role: str, param: str = "dim") -> list[Conflict]:
    """Return the conflict of a parameter that names one axis twice, or nothing."""
    rank = call.operands[role].rank
    named = [position(axis, rank) for axis in numbers(call.params.get(param))]
    if len(set(named)) == len(named):
        return []
    left, right = AxisUse(role, -1, rank), setting(param, len(named))
    return [Conflict("permutation", call, left, right, {"repeated": True})]


def replaced(shape: Shape, axis: int, *sizes: int) -> Shape:
    """Return a shape with one axis replaced by others."""
    return (*shape[:axis], *sizes, *shape[axis + 1 :])
