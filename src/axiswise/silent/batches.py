"""Programs that do for some batches only: a batch of one that is squeezed away, a batch that is written down."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, TensorRef, Trace
from axiswise.ops.axes import numbers
from axiswise.origin import origin_of
from axiswise.silent.following import Uses, handed

WEIGHTED = frozenset({"linear", "conv1d", "conv2d", "conv3d", "lstm", "gru", "rnn"})


def squeezed(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield squeezes of every axis of one, of what a layer gave for a batch: a batch of one goes with them."""
    for call in trace.calls:
        data = call.operands.get("input")
        if call.op != "squeeze" or data is None or call.params.get("dim") is not None or data.rank < 2 or call.saved:
            continue
        if data.shape[0] > 1 and 1 in data.shape and _is_batch(trace, data):
            facts = {"axes": tuple(axis for axis, size in enumerate(data.shape) if size == 1)}
            yield Conflict("squeeze", call, AxisUse("input", 0, data.shape[0]), facts=facts)


def frozen(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield reshapes and expands inside modules that are told the batch as a number of their own.

    Facts: `named`, whether the number is written elsewhere, and only its name may say that it is the batch's.
    """
    for call in trace.calls:
        data, asked = call.operands.get("input"), numbers(call.params.get("shape"))
        if call.op not in ("reshape", "expand") or data is None or not data.shape or not call.within or call.saved:
            continue
        origin, site = origin_of(asked[0]) if asked else None, call.site
        if origin is None or origin.kind != "literal" or origin.span is None or site is None:
            continue
        if len(asked) > 1 and asked[0] == data.shape[0] > 1 and _is_batch(trace, data):
            is_here = origin.span.path == site.path and site.line <= origin.span.line <= site.end_line
            asks = AxisUse("", -1, asked[0], "shape", 0)
            yield Conflict("frozen", call, AxisUse("input", 0, data.shape[0]), asks, facts={"named": not is_here})


def _is_batch(trace: Trace, ref: TensorRef) -> bool:
    """Return whether axis 0 of a tensor is one that a layer with weights was given its examples along."""
    return any(maker.op in WEIGHTED for maker, _ in handed(trace, ref, 0))
