"""Places within an order: quantiles along an axis, and the bins that values fall into.

Operands: `input` and `q`; `boundaries` and `input` (values), `sorter`. Parameters: `dim`, `keepdim`.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import axes_out_of_range, position
from axiswise.ops.clauses import axis_of, differ, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same


# -- quantiles -------------------------------------------------------------------------------------------------------
def _quantile_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "q", 0, 1) if "q" in call.operands else []
    found += axes_out_of_range(call, "input")
    found += wrong_dtype(call, "input", "float32", "float64")
    if "q" in call.operands:
        found += wrong_dtype(call, "q", call.operands["input"].dtype, against="input")
    return found


def _lead(call: OpCall) -> int:
    """Return 1 where several quantiles are asked for, which then lie along a first axis."""
    return 1 if "q" in call.operands and call.operands["q"].rank else 0


def _quantile_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, dim = call.operands["input"].shape, call.params.get("dim")
    lead = call.operands["q"].shape[:1] if _lead(call) else ()
    if axes_out_of_range(call, "input"):
        return None
    one = (1,) if call.params.get("keepdim") else ()
    if dim is None:
        return ((*lead, *one * len(shape)),)
    axis = position(dim, len(shape))
    return ((*lead, *shape[:axis], *(one if shape else ()), *shape[axis + 1 :]),)


def _quantile_source(call: OpCall, output: int, axis: int) -> AxisSource:
    lead, dim = _lead(call), call.params.get("dim")
    if axis < lead:
        return same("q", 0)
    summed = -1 if dim is None else position(dim, call.operands["input"].rank)
    if dim is None or (call.params.get("keepdim") and axis - lead == summed):
        return UNKNOWN
    kept = axis - lead
    return same("input", kept if call.params.get("keepdim") or kept < summed else kept + 1)


# -- bins ------------------------------------------------------------------------------------------------------------
def _bins_conflicts(call: OpCall) -> list[Conflict]:
    if call.op == "bucketize":
        return wrong_rank(call, "boundaries", 1)
    bounds = call.operands["boundaries"].shape
    found = wrong_rank(call, "boundaries", "1 or more")
    values = call.operands.get("input")
    if found or (len(bounds) > 1 and values is None):
        return found or wrong_rank(call, "boundaries", 1)
    if "sorter" in call.operands:
        found = _alike(call, "sorter", "boundaries", len(bounds)) + wrong_dtype(call, "sorter", "int64")
    if len(bounds) > 1 and values is not None:
        if values.rank == 0:
            return found + wrong_rank(call, "boundaries", 1)
        found += _alike(call, "input", "boundaries", len(bounds) - 1)
    if values is not None:
        found += wrong_dtype(call, "input", call.operands["boundaries"].dtype, against="boundaries")
    return found


def _alike(call: OpCall, role: str, other: str, count: int) -> list[Conflict]:
    """Return the conflict of two operands of unequal rank, or whose first axes differ, or nothing."""
    ours, theirs = call.operands[role], call.operands[other]
    if ours.rank != theirs.rank:
        return [Conflict("rank", call, AxisUse(role, -1, ours.rank), facts={"allowed": (theirs.rank,)})]
    for axis in range(count):
        found = differ("batch", call, axis_of(call, role, axis), axis_of(call, other, axis))
        if found:
            return found
    return []


def _bins_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["input"].shape if "input" in call.operands else (),)


def _bins_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis)


_QUANTILE = Contract(_quantile_conflicts, _quantile_output, _quantile_source)
_BINS = Contract(_bins_conflicts, _bins_output, _bins_source)

CONTRACTS: dict[str, Contract] = {
    "quantile": _QUANTILE,
    "nanquantile": _QUANTILE,
    "bucketize": _BINS,
    "searchsorted": _BINS,
}
