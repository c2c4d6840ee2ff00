"""Parts and diagonals: tensor_split, diagonal, diag, trace, crop.

Operand: `input`. Parameters: `sections` (a number or places) and `dim`; `offset`, `dim1`, `dim2` of diagonals; `size`,
what a crop leaves of every axis.
"""

from __future__ import annotations

from itertools import pairwise

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import axes_out_of_range, numbers, position, replaced
from axiswise.ops.clauses import setting, uncounted, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same

EVENLY = {"hsplit": 1, "vsplit": 0, "dsplit": 2}
"""Splits along an axis of their own, whose parts have to be equal; of one axis hsplit takes that one."""


def _axis(call: OpCall) -> int:
    if call.op in EVENLY:
        return min(EVENLY[call.op], call.operands["input"].rank - 1)
    return position(call.params["dim"], call.operands["input"].rank)


def _length(call: OpCall) -> int:
    shape = call.operands["input"].shape
    return shape[_axis(call)] if shape else 0


def _use(call: OpCall) -> AxisUse:
    return AxisUse("input", _axis(call), _length(call))


def _cut_conflicts(call: OpCall) -> list[Conflict]:
    lowest = {"vsplit": 2, "dsplit": 3}.get(call.op, 1)
    found = wrong_rank(call, "input", f"{lowest} or more") or axes_out_of_range(call, "input")
    if found:
        return found
    sections = call.params.get("sections")
    if call.op in EVENLY and isinstance(sections, int) and sections > 0 and _length(call) % sections:
        return [Conflict("split", call, _use(call), setting("sections", sections), {"divisor": sections})]
    if isinstance(sections, int) and sections < 1:
        return [Conflict("split", call, _use(call), setting("sections", sections))]
    return []


def _parts(call: OpCall) -> list[int] | None:
    length, sections = _length(call), call.params.get("sections")
    if sections is None:
        return None
    if isinstance(sections, int):
        count = max(sections, 1)
        return [length // count + (place < length % count) for place in range(count)]
    places = [0, *(cut + length if cut < 0 else cut for cut in numbers(sections)), length]
    return [max(min(end, length) - min(max(start, 0), length), 0) for start, end in pairwise(places)]


def _cut_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, parts = call.operands["input"].shape, _parts(call)
    if not shape or parts is None:
        return None
    return tuple(replaced(shape, _axis(call), part) for part in parts)


def _cut_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis != _axis(call):
        return same("input", axis)
    return AxisSource("part", (("input", axis),), (("sections", -1),))


def _diagonal_conflicts(call: OpCall) -> list[Conflict]:
    rank = call.operands["input"].rank
    if call.op == "trace":
        return wrong_rank(call, "input", 2)
    if call.op == "diag":
        return wrong_rank(call, "input", 1, 2)
    found = axes_out_of_range(call, "input", "dim1") + axes_out_of_range(call, "input", "dim2")
    if found or position(call.params["dim1"], rank) != position(call.params["dim2"], rank):
        return found
    left, right = AxisUse("input", -1, rank), setting("dim2", call.params["dim2"])
    return [Conflict("permutation", call, left, right, {"repeated": True})]


def _pair(call: OpCall) -> tuple[int, int]:
    """Return the two axes whose diagonal is taken."""
    rank = call.operands["input"].rank
    return position(call.params.get("dim1", 0), rank), position(call.params.get("dim2", 1), rank)


def _diagonal_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    if call.op == "trace":
        return ((),)
    offset = call.params["offset"]
    if call.op == "diag" and len(shape) == 1:
        return ((shape[0] + abs(offset),) * 2,)
    if len(shape) < 2:
        return None
    first, second = _pair(call)
    width = min(shape[first] + min(offset, 0), shape[second] - max(offset, 0))
    rest = tuple(size for axis, size in enumerate(shape) if axis not in (first, second))
    return ((*rest, max(width, 0)),)


def _diagonal_source(call: OpCall, output: int, axis: int) -> AxisSource:
    rank = call.operands["input"].rank
    if call.op == "diag" and rank == 1:
        return UNKNOWN if call.params["offset"] else same("input", 0)
    first, second = _pair(call)
    rest = [each for each in range(rank) if each not in (first, second)]
    if axis < len(rest):
        return same("input", rest[axis])
    size, shape = call.outputs[output].shape[axis], call.operands["input"].shape
    return next((same("input", each) for each in (first, second) if shape[each] == size), UNKNOWN)


# -- crops -----------------------------------------------------------------------------------------------------------
def _crop_conflicts(call: OpCall) -> list[Conflict]:
    shape, asked = call.operands["input"].shape, numbers(call.params["size"])
    if len(asked) != len(shape):
        return [uncounted(call, "size", len(shape))]
    return [
        Conflict("window", call, AxisUse("input", axis, ours), setting("size", each, axis))
        for axis, (ours, each) in enumerate(zip(shape, asked, strict=True))
        if each > ours
    ]


def _crop_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, asked = call.operands["input"].shape, numbers(call.params["size"])
    return ((*asked, *shape[len(asked) :]),) if len(asked) <= len(shape) else None


def _crop_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return AxisSource("given", params=(("size", axis),)) if axis < len(numbers(call.params["size"])) else UNKNOWN


CONTRACTS: dict[str, Contract] = {
    "crop": Contract(_crop_conflicts, _crop_output, _crop_source),
    **dict.fromkeys(("tensor_split", *EVENLY), Contract(_cut_conflicts, _cut_output, _cut_source)),
    **dict.fromkeys(("diagonal", "diag", "trace"), Contract(_diagonal_conflicts, _diagonal_output, _diagonal_source)),
}
