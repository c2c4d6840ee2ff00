"""Mistakes that raise nothing, read off a whole run: an axis in another's place, weights over the wrong axis.

Each module here looks for one group of them and yields conflicts on calls that succeeded; rules decide on the evidence
whether to speak. What a single call shows stands in `ops/silent.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from axiswise.facts import Conflict, Failure, Trace
from axiswise.silent.attended import mismatched
from axiswise.silent.attending import disordered, unmasked
from axiswise.silent.batches import frozen, squeezed
from axiswise.silent.centred import centred
from axiswise.silent.classes import misclassed
from axiswise.silent.coincident import coincident
from axiswise.silent.cumulated import delayed
from axiswise.silent.echoed import echoed
from axiswise.silent.evaluated import undropped
from axiswise.silent.examples import read_across, read_as_steps
from axiswise.silent.following import Uses
from axiswise.silent.labelled import labelled
from axiswise.silent.laid import laid
from axiswise.silent.layouts import misread
from axiswise.silent.lengths import lengthened
from axiswise.silent.losses import confused
from axiswise.silent.masks import inverted
from axiswise.silent.memories import seen_through
from axiswise.silent.normalized import misplaced
from axiswise.silent.padded import padded
from axiswise.silent.paired import paired
from axiswise.silent.picked import mispicked
from axiswise.silent.reductions import misreduced
from axiswise.silent.repeated import repeated
from axiswise.silent.rows import crossed
from axiswise.silent.scrambled import scrambled
from axiswise.silent.shifted import foreseen
from axiswise.silent.standardised import standardised
from axiswise.silent.unread import unread
from axiswise.silent.writing import padded_ahead, written_on

LOOKS: tuple[Callable[[Trace, Uses], Iterable[Conflict]], ...] = (
    scrambled,
    misplaced,
    labelled,
    paired,
    laid,
    padded,
    confused,
    inverted,
    disordered,
    misread,
    misclassed,
    lengthened,
    squeezed,
    frozen,
    undropped,
    mismatched,
    read_as_steps,
    read_across,
    misreduced,
    coincident,
    centred,
    mispicked,
    delayed,
    repeated,
    foreseen,
    written_on,
    padded_ahead,
    echoed,
    unmasked,
    seen_through,
    crossed,
    standardised,
    unread,
)


def suspected(trace: Trace) -> list[Failure]:
    """Return what a run that raises nothing gets wrong, in the order of its calls, one call of a line once."""
    uses = Uses(trace)
    found: dict[object, Conflict] = {}
    for look in LOOKS:
        for conflict in look(trace, uses):
            call = conflict.call
            key = (conflict.kind, call.site or call.index)
            if call.layer is not None and call.layer.built:  # a layer that a model calls again, from another line
                first = found.setdefault((conflict.kind, call.layer.built[-1].span), conflict)
                if first is not conflict and not call.layer.direct:
                    continue
            found.setdefault(key, conflict)
    ordered = sorted({id(each): each for each in found.values()}.values(), key=lambda conflict: conflict.call.index)
    return [Failure("", "", each.call, each.call.frames, (each,)) for each in ordered]
