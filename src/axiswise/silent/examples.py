"""Layers that read the examples as the steps of a sequence: a loss tells which axis holds the examples."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import Conflict, OpCall, Trace
from axiswise.ops.loss import CONTRACTS as LOSSES
from axiswise.ops.silent import LAYOUTS
from axiswise.silent.factors import Axis, Factor
from axiswise.silent.following import Uses
from axiswise.silent.layouts import CONVOLUTIONS, RECURRENT
from axiswise.silent.normalized import CLASSES
from axiswise.silent.shifted import taught_by


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
            others = {factor for factor in examples - axes[steps] if not uses.lineage.is_feature(factor)}
            if axes[steps] and axes[steps] <= examples and axes[1 - steps] and not others:
                if not _is_of_a_part(loss, call, trace, uses):
                    yield Conflict("attention-layout", call, facts={"loss": loss, "steps": steps})
                break


def _is_of_a_part(loss: OpCall, layer: OpCall, trace: Trace, uses: Uses) -> bool:
    """Return whether a loss takes what a layer gave one part after the other: `criterion(output[i], target[i])`."""
    again = (each.index for each in trace.calls[layer.index + 1 :] if each.site == layer.site and each.op == layer.op)
    until = next(again, len(trace.calls))
    parts = [each for each in trace.calls[layer.index : until] if each.op == loss.op and each.site == loss.site]
    return sum(layer.index in uses.before(each) for each in parts) > 1


def read_across(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield recurrent layers for whose batch targets are one step on; facts: `loss`, `steps`, `moved`.

    Nothing is said where another layer has that axis for its steps: rows and columns may take turns.
    """
    taught = [each for call in trace.calls for each in taught_by(trace, uses, call)]
    for each in taught:
        calls = [trace.calls[index] for index in sorted(uses.before(each.loss))]
        read = {own for call in calls for own in _steps_of(uses, call)}
        for call in calls:
            data = call.operands.get("input")
            if call.op in RECURRENT and data is not None and data.rank == 3 and not call.params.get("batch_first"):
                steps, batch = uses.lineage.of(data)[:2]
                if batch in each.steps - read and steps and not call.params.get("packed"):
                    yield Conflict("attention-layout", call, facts={"loss": each.loss, "steps": 0, "moved": True})


def _steps_of(uses: Uses, call: OpCall) -> Iterator[Axis]:
    """Yield the axes that a call looks along."""
    data = next(iter(call.operands.values()), None)
    if data is not None and data.rank > 2 and call.op in {*LAYOUTS, *CONVOLUTIONS, "softmax"}:
        is_layer = call.op in LAYOUTS
        yield uses.lineage.of(data)[int(bool(call.params.get("batch_first"))) if is_layer else -1]


def examples_of(uses: Uses, loss: OpCall) -> set[Factor]:
    """Return what the axes of predictions are made of, without that of the classes."""
    data = loss.operands["input"]
    classes = min(CLASSES[loss.op], data.rank - 1) if loss.op in CLASSES else -1
    return {factor for axis, own in enumerate(uses.lineage.of(data)) if axis != classes for factor in own}
