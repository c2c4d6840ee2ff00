"""Numbers of each example that are centred by the mean of all examples: a dueling network whose batch decides.

Source: Wang et al. 2016, equation 9: the mean is over the actions of one state.
"""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.silent.coincident import are_features, weights_of
from axiswise.silent.following import Uses
from axiswise.silent.reductions import over


def centred(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield means of a whole tensor that a model takes off it where it adds one number for each of its rows.

    Facts: `fault` (`whole`), `axes` (those that were meant), `by` (the sum).
    """
    weights = weights_of(trace, uses)
    for call in trace.calls:
        if call.op != "sub" or not call.within or {"left", "right"} - call.operands.keys() or not call.outputs:
            continue
        found = trace.producer(call.operands["right"].id)
        if found is None or found[0].op != "mean" or over(found[0]):
            continue
        mean, data = found[0], found[0].operands["input"]
        if data.rank != 2 or not _is_of_examples(uses, data, weights):
            continue
        for summed in (trace.producer(call.operands["left"].id), *((each, 0) for each in _taking(uses, call))):
            if summed is not None and _adds_a_column(trace, summed[0], data, call):
                facts = {"fault": "whole", "axes": (1,), "by": summed[0]}
                yield Conflict("reduction-axis", mean, AxisUse("input", 0, data.shape[0]), facts=facts)
                break


def _is_of_examples(uses: Uses, data: TensorRef, weights: frozenset[int]) -> bool:
    """Return whether columns are what a layer gave, and rows are not."""
    rows, columns = uses.lineage.of(data)
    return are_features(columns, weights) and bool(rows) and not are_features(rows, weights)


def _taking(uses: Uses, call: OpCall) -> Iterator[OpCall]:
    return (each for each, _ in uses.of(call.outputs[0].id))


def _adds_a_column(trace: Trace, call: OpCall, data: TensorRef, centring: OpCall) -> bool:
    """Return whether a call adds one number of a layer for each row to some data, centred already or not yet."""
    if call.op != "add" or len(call.operands) != 2:
        return False
    given = {data.id, centring.outputs[0].id}
    columns = [ref for ref in call.operands.values() if ref.id not in given]
    if len(columns) != 1 or columns[0].shape != (data.shape[0], 1):
        return False
    made = trace.producer(columns[0].id)
    return made is not None and made[0].op == "linear"
