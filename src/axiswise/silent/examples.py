"""Layers that read the examples as the steps of a sequence: a loss tells which axis holds the examples."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import Conflict, OpCall, Trace
from axiswise.ops.loss import CONTRACTS as LOSSES
from axiswise.ops.silent import LAYOUTS
from axiswise.silent.factors import Factor
from axiswise.silent.following import Uses
from axiswise.silent.normalized import CLASSES


def read_as_steps(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield layers whose steps are the examples of a loss, and whose batch is no axis of it; facts: `loss`, `steps`."""
    losses = [
        (call, examples_of(uses, call), uses.before(call))
        for call in trace.calls
        if call.op in LOSSES and call.spelled.startswith("torch.") and "input" in call.operands
    ]
    for call in trace.calls:
        first = next(iter(call.operands.values()), None)
        if call.op not in LAYOUTS or first is None or first.rank != 3 or call.params.get("packed") or not losses:
            continue
        steps = 1 if call.params.get("batch_first") else 0
        axes = [set(own) for own in uses.lineage.of(first)]
        for loss, examples, before in losses:
            if call.index not in before:
                continue
            if axes[steps] and axes[steps] <= examples and axes[1 - steps] and not axes[1 - steps] & examples:
                yield Conflict("attention-layout", call, facts={"loss": loss, "steps": steps})
                break


def examples_of(uses: Uses, loss: OpCall) -> set[Factor]:
    """Return what the axes of predictions are made of, without that of the classes."""
    data = loss.operands["input"]
    classes = min(CLASSES[loss.op], data.rank - 1) if loss.op in CLASSES else -1
    return {factor for axis, own in enumerate(uses.lineage.of(data)) if axis != classes for factor in own}
