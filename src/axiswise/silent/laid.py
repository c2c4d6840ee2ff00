"""Examples that are laid along the places of a map: (N, C) with (N, C, N, W), where axes of 1 were to be put behind."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, Trace
from axiswise.ops.broadcast import BINARY
from axiswise.silent.factors import Factor
from axiswise.silent.following import Uses
from axiswise.silent.layouts import CONVOLUTIONS, RECURRENT


def laid(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield operations in which what a layer takes for the batch meets what a convolution slides over.

    Facts: `fault` (`places`).
    """
    batches, places = _told(trace, uses)
    examples, places = batches - places, places - batches
    for call in trace.calls if examples and places else ():
        if call.op not in BINARY or len(call.operands) != 2 or call.saved:
            continue
        roles = list(call.operands)
        for role, other in (roles, roles[::-1]):
            ref, against = call.operands[role], call.operands[other]
            lead = against.rank - ref.rank
            axes = zip(uses.lineage.of(ref), uses.lineage.of(against)[max(lead, 0) :], strict=False) if lead > 0 else ()
            for axis, (own, theirs) in enumerate(axes):
                is_met = ref.shape[axis] == against.shape[axis + lead] > 1 and bool(own) and bool(theirs)
                if is_met and examples.issuperset(own) and places.issuperset(theirs):
                    sides = (
                        AxisUse(role, axis, ref.shape[axis]),
                        AxisUse(other, axis + lead, against.shape[axis + lead]),
                    )
                    yield Conflict("paired", call, *sides, facts={"fault": "places"})
                    break


def _told(trace: Trace, uses: Uses) -> tuple[set[Factor], set[Factor]]:
    """Return what layers take for the batch, and what convolutions slide over."""
    batches, places = set[Factor](), set[Factor]()
    for call in trace.calls:
        data = call.operands.get("input")
        if data is None or not call.outputs:
            continue
        if CONVOLUTIONS.get(call.op) == data.rank:
            batches.update(uses.lineage.of(data)[0])
            for ref in (data, call.outputs[0]):
                places.update(factor for own in uses.lineage.of(ref)[2:] for factor in own)
        elif call.op in RECURRENT and data.rank == 3 and not call.params.get("packed"):
            axes = uses.lineage.of(data)
            batches.update(axes[0 if call.params.get("batch_first") else 1])
            places.update(axes[1 if call.params.get("batch_first") else 0])
    return batches, places
