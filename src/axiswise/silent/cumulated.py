"""A running sum or product along one axis, put a step later along another: what a step is given is no one's past."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace, is_series
from axiswise.ops.axes import numbers, position
from axiswise.silent.following import Uses

CUMULATIVE = frozenset({"cumsum", "cumprod", "logcumsumexp"})


def delayed(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield running sums that are put a step later along another axis.

    Facts: as those of reductions, `fault` (`delayed`), `by` (the call that joins what stands before) and `axes`.
    """
    for call in trace.calls:
        dims = numbers(call.params.get("dim"))
        if call.op != "cat" or len(dims) != 1 or not call.outputs:
            continue
        rank, parts = call.outputs[0].rank, list(call.operands.values())
        axis = position(dims[0], rank)
        if len(parts) != 2 or any(part.rank != rank for part in parts) or parts[0].shape[axis] != 1:
            continue
        made = _cumulated(trace, parts[1], axis)
        if made is None:
            continue
        data, along = made.operands["input"], numbers(made.params.get("dim"))
        over = position(along[0], data.rank) if len(along) == 1 else axis
        if over != axis and not _is_cumulated(trace, data):
            facts = {"fault": "delayed", "by": call, "axes": (axis,)}
            yield Conflict("reduction-axis", made, AxisUse("input", over, data.shape[over]), facts=facts)


def _cumulated(trace: Trace, ref: TensorRef, axis: int) -> OpCall | None:
    """Return the running sum of which a tensor is all but the last along an axis."""
    found = trace.producer(ref.id)
    data = found[0].operands.get("input") if found is not None and found[0].op == "index" else None
    if (
        found is None
        or data is None
        or data.rank != ref.rank
        or data.shape[axis] != ref.shape[axis] + 1
        or not _is_head(found[0], axis)
    ):
        return None
    made = trace.producer(data.id)
    return made[0] if made is not None and made[0].op in CUMULATIVE else None


def _is_head(call: OpCall, axis: int) -> bool:
    """Return whether a call takes all but the last along an axis, and all of the others."""
    parts = call.params.get("index")
    if not is_series(parts) or len(call.operands) != 1 or Ellipsis in parts[:-1]:
        return False
    cut = [cast("slice[Any, Any, Any]", part) for part in parts if isinstance(part, slice) and part != slice(None)]
    return len(cut) == 1 and cut[0].start in (None, 0)


def _is_cumulated(trace: Trace, ref: TensorRef) -> bool:
    """Return whether a tensor is a running sum itself, as that of a table along both its axes is."""
    found = trace.producer(ref.id)
    return found is not None and found[0].op in CUMULATIVE
