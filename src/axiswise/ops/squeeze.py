"""Axes of size 1 that come and go: squeeze, unsqueeze, and axes taken out by an index: select, unbind.

Operand `input`. squeeze: dim (absent: every axis of size 1; a number or several). unsqueeze, select, unbind: dim.
"""

from __future__ import annotations

from typing import Any

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.clauses import out_of_range
from axiswise.ops.contract import UNKNOWN, Contract, given, same


def _dims(call: OpCall) -> tuple[int, ...] | None:
    dim = call.params.get("dim")
    return None if dim is None else numbers(dim)


def _kept(call: OpCall) -> tuple[int, ...]:
    """Return the axes that a squeeze leaves."""
    shape, dims = call.operands["input"].shape, _dims(call)
    rank = max(len(shape), 1)
    gone = range(len(shape)) if dims is None else [dim % rank for dim in dims]
    return tuple(axis for axis, size in enumerate(shape) if size != 1 or axis not in gone)


def _squeeze_conflicts(call: OpCall) -> list[Conflict]:
    for dim in _dims(call) or ():
        if found := out_of_range(call, "input", dim):
            return found
    return []


def _squeeze_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    return (tuple(shape[axis] for axis in _kept(call)),)


def _squeeze_source(call: OpCall, output: int, axis: int) -> AxisSource:
    kept = _kept(call)
    return same("input", kept[axis]) if axis < len(kept) else UNKNOWN


def _unsqueeze_conflicts(call: OpCall) -> list[Conflict]:
    return out_of_range(call, "input", call.params["dim"], extra=1)


def _unsqueeze_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, dim = call.operands["input"].shape, call.params["dim"]
    if _unsqueeze_conflicts(call):
        return None
    dim %= len(shape) + 1
    return ((*shape[:dim], 1, *shape[dim:]),)


def _unsqueeze_source(call: OpCall, output: int, axis: int) -> AxisSource:
    dim = call.params["dim"] % (call.operands["input"].rank + 1)
    return given("dim") if axis == dim else same("input", axis - (axis > dim))


def _select_conflicts(call: OpCall) -> list[Conflict]:
    data, dim = call.operands["input"], int(call.params["dim"])
    if not data.rank:
        return [Conflict("rank", call, AxisUse("input", -1, 0), facts={"allowed": ("1 or more",)})]
    if found := out_of_range(call, "input", dim):
        return found
    index: Any = call.params.get("index")
    size = data.shape[dim]
    if isinstance(index, int) and not -size <= index < size:
        use, facts = AxisUse("", -1, int(index), "index"), {"length": size, "value": int(index)}
        return [Conflict("index-range", call, use, AxisUse("input", dim % data.rank, size), facts)]
    return []


def _select_output(call: OpCall) -> tuple[Shape, ...] | None:
    data, dim = call.operands["input"], int(call.params["dim"])
    if not data.rank or not -data.rank <= dim < data.rank:
        return None
    dim %= data.rank
    one = (*data.shape[:dim], *data.shape[dim + 1 :])
    return (one,) * (data.shape[dim] if call.op == "unbind" else 1)


def _select_source(call: OpCall, output: int, axis: int) -> AxisSource:
    dim = call.params["dim"] % max(call.operands["input"].rank, 1)
    return same("input", axis + (axis >= dim))


_TAKEN = Contract(_select_conflicts, _select_output, _select_source)

CONTRACTS: dict[str, Contract] = {
    "squeeze": Contract(_squeeze_conflicts, _squeeze_output, _squeeze_source),
    "unsqueeze": Contract(_unsqueeze_conflicts, _unsqueeze_output, _unsqueeze_source),
    "select": _TAKEN,
    "unbind": _TAKEN,
}
