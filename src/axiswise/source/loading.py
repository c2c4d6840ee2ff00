"""From a batch back to the data of the program that it was taken from."""

from __future__ import annotations

from axiswise.facts import OpCall, TensorRef, Trace

LOADING = frozenset({"load-batch", "next-batch"})
"""Calls by which a loop takes a batch: from arrays, and from anything else."""

FURTHEST = 4
"""Calls that no line of the user's makes, between a batch and what a loss compares."""


def loaded(trace: Trace, call: OpCall, role: str) -> tuple[OpCall, str] | None:
    """Return the call that took an operand from the program's data, and the operand's role in it; else None."""
    ref = call.operands.get(role)
    for _ in range(FURTHEST):
        found = trace.producer(ref.id) if ref is not None else None
        if found is None:
            return None
        maker, output = found
        if maker.op in LOADING:
            return maker, (list(maker.operands) or maker.params["paths"])[output]
        ref = next(iter(maker.operands.values())) if len(maker.operands) == 1 and not maker.frames else None
    return None


def whole(trace: Trace, call: OpCall, role: str) -> TensorRef | None:
    """Return the tensor that an operand's expression stands for: the whole array where a loop cuts its batches."""
    taken = loaded(trace, call, role)
    array = taken[0].operands.get(taken[1]) if taken is not None and taken[0].site == call.site else None
    return array or call.operands.get(role)
