"""Values that are fed to a graph: operands `input` (the value) and `placeholder`."""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of
from axiswise.ops.contract import Contract, same
from axiswise.origin import AnySize


def _conflicts(call: OpCall) -> list[Conflict]:
    given, wanted = call.operands["input"].shape, call.operands["placeholder"].shape
    if len(given) != len(wanted):
        left, right = AxisUse("input", -1, len(given)), AxisUse("placeholder", -1, len(wanted))
        return [Conflict("feed", call, left, right, {"rank": True})]
    return [
        Conflict("feed", call, axis_of(call, "input", axis), axis_of(call, "placeholder", axis))
        for axis in range(len(given))
        if given[axis] != wanted[axis]
    ]


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    """The placeholder's shape, an open first axis as long as the value's where the value has one to spare."""
    given, wanted = call.operands["input"].shape, call.operands["placeholder"].shape
    is_sample = len(given) == len(wanted) - 1 and given == wanted[1:]
    batch = given[0] if given and not is_sample else 1
    return (tuple(batch if axis == 0 and isinstance(size, AnySize) else int(size) for axis, size in enumerate(wanted)),)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis)


NEEDED = ("input", "placeholder")

CONTRACTS: dict[str, Contract] = {"feed": Contract(_conflicts, _output, _source)}
