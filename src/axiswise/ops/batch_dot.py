"""Products over one axis of each of two tensors, sample by sample: `left`, `right`, params `axes` (one or two)."""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.axes import in_range, numbers, position
from axiswise.ops.clauses import axis_of, differ, wrong_rank
from axiswise.ops.contract import Contract, same


def _axes(call: OpCall) -> tuple[int, int] | None:
    asked = numbers(call.params["axes"])
    left, right = call.operands["left"].rank, call.operands["right"].rank
    if not asked or not in_range(asked[0], left) or not in_range(asked[-1], right):
        return None
    return position(asked[0], left), position(asked[-1], right)


def _conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "left", "2 or more") + wrong_rank(call, "right", "2 or more")
    axes = _axes(call)
    if found or axes is None:
        return found
    found = differ("batch", call, axis_of(call, "left", 0), axis_of(call, "right", 0))
    return found + differ("contraction", call, axis_of(call, "left", axes[0]), axis_of(call, "right", axes[1]))


def _places(call: OpCall) -> list[tuple[str, int]]:
    axes = _axes(call) or (1, 1)
    left = [("left", axis) for axis in range(call.operands["left"].rank) if axis != axes[0]]
    right = [("right", axis) for axis in range(1, call.operands["right"].rank) if axis != axes[1]]
    return left + right


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    if _axes(call) is None:
        return None
    shape = tuple(call.operands[role].shape[axis] for role, axis in _places(call))
    return (shape if len(shape) > 1 else (*shape, 1),)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    places = _places(call)
    return same(*places[axis]) if axis < len(places) else AxisSource("unknown")


NEEDED = ("left", "right")

CONTRACTS: dict[str, Contract] = {"dot_samples": Contract(_conflicts, _output, _source)}
