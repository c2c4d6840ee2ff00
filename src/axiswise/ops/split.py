"""One axis cut into several tensors: split, chunk, tensor_split; and a stretch of one: narrow.

Operand `input`. split: split_size (a number, or the sizes), dim. chunk: chunks, dim. narrow: dim, start, length.
"""

from __future__ import annotations

from typing import Any

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.clauses import out_of_range
from axiswise.ops.contract import UNKNOWN, Contract, given, same


def _axis(call: OpCall) -> int | None:
    rank, dim = call.operands["input"].rank, call.params.get("dim", 0)
    return dim % rank if rank and -rank <= dim < rank else None


def _no_axis(call: OpCall) -> list[Conflict]:
    if not call.operands["input"].rank:
        return [Conflict("rank", call, AxisUse("input", -1, 0), facts={"allowed": ("1 or more",)})]
    return out_of_range(call, "input", call.params.get("dim", 0))


def _lengths(call: OpCall) -> tuple[int, ...] | None:
    """Return how long each part is, or None where the request makes none."""
    axis = _axis(call)
    if axis is None:
        return None
    size = call.operands["input"].shape[axis]
    if call.op == "chunk":
        chunks = int(call.params["chunks"])
        each = -(-size // chunks) if chunks > 0 else 0
        return _cut(size, each)
    asked = call.params["split_size"]
    return _cut(size, asked) if isinstance(asked, int) else numbers(asked)


def _cut(size: int, each: int) -> tuple[int, ...] | None:
    if each <= 0:
        return (0,) if each == 0 and size == 0 else None
    return tuple(min(each, size - start) for start in range(0, size, each)) or (0,)


def _split_conflicts(call: OpCall) -> list[Conflict]:
    if found := _no_axis(call):
        return found
    axis = _axis(call)
    assert axis is not None
    size, lengths = call.operands["input"].shape[axis], _lengths(call)
    if lengths is not None and sum(lengths) == size and min(lengths, default=0) >= 0:
        return []
    total = sum(lengths) if lengths else 0
    return [Conflict("split", call, AxisUse("input", axis, size), AxisUse("", -1, total, "split_size"))]


def _split_output(call: OpCall) -> tuple[Shape, ...] | None:
    axis, lengths = _axis(call), _lengths(call)
    if axis is None or lengths is None:
        return None
    shape = call.operands["input"].shape
    return tuple((*shape[:axis], length, *shape[axis + 1 :]) for length in lengths)


def _split_source(call: OpCall, output: int, axis: int) -> AxisSource:
    cut = _axis(call)
    if cut is None or axis != cut:
        return same("input", axis) if cut is not None else UNKNOWN
    if call.op == "chunk":
        return AxisSource("part", (("input", axis),))
    asked: Any = call.params["split_size"]
    return given("split_size", output if isinstance(asked, (tuple, list)) else -1)


def _narrow_conflicts(call: OpCall) -> list[Conflict]:
    if found := _no_axis(call):
        return found
    axis = _axis(call)
    assert axis is not None
    size, start, length = call.operands["input"].shape[axis], call.params["start"], call.params["length"]
    first = start + size if isinstance(start, int) and start < 0 else start
    if not isinstance(first, int) or (0 <= first <= size and 0 <= length <= size - first):
        return []
    use = AxisUse("", -1, first + int(length), "length")
    return [Conflict("index-range", call, use, AxisUse("input", axis, size), {"length": size, "value": use.size})]


def _narrow_output(call: OpCall) -> tuple[Shape, ...] | None:
    axis, shape = _axis(call), call.operands["input"].shape
    return ((*shape[:axis], int(call.params["length"]), *shape[axis + 1 :]),) if axis is not None else None


def _narrow_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return given("length") if axis == _axis(call) else same("input", axis)


_SPLIT = Contract(_split_conflicts, _split_output, _split_source)

CONTRACTS: dict[str, Contract] = {
    "split": _SPLIT,
    "chunk": _SPLIT,
    "narrow": Contract(_narrow_conflicts, _narrow_output, _narrow_source),
}
