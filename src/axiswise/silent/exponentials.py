"""A softmax by hand: exponentials, divided by their own sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from axiswise.facts import OpCall, TensorRef, Trace
from axiswise.ops.axes import numbers

QUOTIENTS = frozenset({"div", "true_divide"})
KEPT = frozenset("mul masked_fill where float double to type_as clone contiguous nan_to_num dropout".split())
"""What exponentials go through before they are added up: a mask, another type."""
WIDENED = frozenset("unsqueeze index expand add clamp maximum float double to type_as reshape".split())
"""What a sum goes through before something is divided by it."""
EXPONENTIALS = frozenset({"exp"})
LARGEST = frozenset({"max", "amax"})


def written_out(trace: Trace) -> Iterator[tuple[OpCall, OpCall]]:
    """Yield each softmax by hand, as the call of one, and the sum that makes its weights add up to 1."""
    for call in trace.calls:
        weights, total = call.operands.get("left"), call.operands.get("right")
        if call.op not in QUOTIENTS or weights is None or total is None or not call.outputs:
            continue
        summed = _back(trace, total, frozenset({"sum"}), WIDENED)
        if summed is None or summed.operands["input"].id != weights.id or len(numbers(summed.params.get("dim"))) != 1:
            continue
        exponential = _back(trace, weights, EXPONENTIALS, KEPT)
        scores = exponential.operands.get("input") if exponential is not None else None
        if scores is not None and scores.shape == weights.shape == call.outputs[0].shape:
            params = {"dim": numbers(summed.params["dim"])[0]}
            yield replace(summed, op="softmax", operands={"input": scores}, params=params, outputs=call.outputs), summed


def shifted_by(trace: Trace, softmax: OpCall) -> OpCall | None:
    """Return the largest score along the axis of a softmax, where it is taken from the scores, as a safe one does."""
    made = trace.producer(softmax.operands["input"].id)
    right = made[0].operands.get("right") if made is not None and made[0].op == "sub" else None
    largest = _back(trace, right, LARGEST, WIDENED) if right is not None else None
    if largest is None or numbers(largest.params.get("dim")) != numbers(softmax.params["dim"]):
        return None
    return largest


def _back(trace: Trace, ref: TensorRef, ops: frozenset[str], through: frozenset[str]) -> OpCall | None:
    """Return the call of one of some operations that a tensor is made by, straight or through others."""
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        before = call.operands.get("input") or call.operands.get("left")
        if before is None or call.op in ops:
            return call if before is not None else None
        if call.op not in through:
            return None
        ref = before
    return None
