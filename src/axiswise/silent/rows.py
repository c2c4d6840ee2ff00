"""Rows of a loss that do not belong together: steps first in the predictions, examples first in the targets."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.loss import CONTRACTS as LOSSES
from axiswise.silent.factors import Axis
from axiswise.silent.following import Uses
from axiswise.silent.lineage import REGROUPING
from axiswise.silent.losses import KEPT


def crossed(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield losses over rows that were flattened in two orders.

    Facts: `ours` and `theirs` (the two lengths that the rows of each side are made of, the outer first), `made` (the
    call that flattened one side) and `role` (which side it is).
    """
    for call in trace.calls:
        sides = [(role, call.operands[role]) for role in ("input", "target") if role in call.operands]
        if call.op not in LOSSES or not call.spelled.startswith("torch.") or len(sides) != 2:
            continue
        if any(not ref.rank or ref.shape[0] != sides[0][1].shape[0] for _, ref in sides) or sides[1][1].rank != 1:
            continue
        ours, theirs = (uses.lineage.of(ref)[0] for _, ref in sides)
        made = next(((role, found) for role, ref in sides if (found := _flattened(trace, ref)) is not None), None)
        if made is not None and _is_crossed(ours, theirs):
            lengths = {"ours": [each.size for each in ours], "theirs": [each.size for each in theirs]}
            facts = {**lengths, "role": made[0], "made": made[1]}
            yield Conflict("row-order", call, AxisUse("input", 0, sides[0][1].shape[0]), facts=facts)


def _is_crossed(ours: Axis, theirs: Axis) -> bool:
    """Return whether rows are made of the same two lengths, the one inside the other and the other way round."""
    if len(ours) != 2 or len(theirs) != 2 or any(each.stride != 1 for each in (*ours, *theirs)):
        return False
    first, second = ours
    is_same = ours == theirs[::-1]
    return is_same or (first.size != second.size and (first.size, second.size) == (theirs[1].size, theirs[0].size))


def _flattened(trace: Trace, ref: TensorRef) -> OpCall | None:
    """Return the call that makes rows of two axes."""
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        data = call.operands.get("input")
        if data is None or call.op not in KEPT:
            return None
        if call.op in REGROUPING and data.rank > 1 and data.shape[0] != ref.shape[0] == call.outputs[0].shape[0]:
            return call
        ref = data
    return None
