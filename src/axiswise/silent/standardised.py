"""Numbers that a model standardises by a mean and a deviation of the batch: each example depends on the others."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.loss import CONTRACTS as LOSSES
from axiswise.silent.examples import examples_of
from axiswise.silent.factors import Factor
from axiswise.silent.following import Uses, handed, is_held
from axiswise.silent.reducing import PRODUCTS, reduced
from axiswise.silent.reductions import DEVIATIONS, NORMALISING, SCALING, behind, over

MEANS = frozenset({"mean"})
WEIGHTED = frozenset({"linear", "conv1d", "conv2d", "conv3d"})
KEPT = SCALING | frozenset(
    "relu gelu silu tanh sigmoid leaky_relu dropout reshape flatten cat transpose permute".split()
)
"""What standardised numbers go through on their way to the next layer."""


def standardised(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield the means that examples of a loss are centred by inside a model, together with the deviation.

    Facts: `by` (the deviation), `sure` (whether the rows can be nothing but examples).
    """
    losses = [
        examples_of(uses, call)
        for call in trace.calls
        if call.op in LOSSES and call.spelled.startswith("torch.") and "input" in call.operands
    ]
    for call in trace.calls if losses else ():
        if call.op not in NORMALISING or not call.within or not {"left", "right"} <= call.operands.keys():
            continue
        found = _statistics(trace, uses, call)
        if found is None:
            continue
        mean, deviation = found
        data = mean.operands["input"]
        rows = set(uses.lineage.of(data)[0])
        is_mixed = any(_is_of_pairs(trace, maker) for maker, _ in handed(trace, data, 0))
        if not rows or is_mixed or not any(rows <= examples for examples in losses):
            continue
        if _meet(trace, uses, rows, found):
            continue
        is_sure = data.rank > 2 or all(_is_loaded(trace, factor) for factor in rows)
        yield Conflict(
            "batch-statistics", mean, AxisUse("input", 0, data.shape[0]), facts={"by": deviation, "sure": is_sure}
        )


def _statistics(trace: Trace, uses: Uses, call: OpCall) -> tuple[OpCall, OpCall] | None:
    """Return the mean and the deviation over the batch that a layer's input is standardised by, and nothing else is."""
    centred, deviation = trace.producer(call.operands["left"].id), behind(trace, call.operands["right"], DEVIATIONS)
    if centred is None or centred[0].op != "sub" or deviation is None or len(centred[0].operands) != 2:
        return None
    whole = centred[0].operands["left"]
    mean = behind(trace, centred[0].operands["right"], MEANS)
    if mean is None or not mean.operands["input"].id == deviation.operands["input"].id == whole.id:
        return None
    if whole.rank < 2 or whole.shape[0] < 2 or any(0 not in (over(each) or (0,)) for each in (mean, deviation)):
        return None
    is_kept = any(len(uses.of(each.outputs[0].id)) != 1 for each in (mean, deviation))  # running statistics
    if is_kept or not any(met.call.op in WEIGHTED for met in uses.followed(call.outputs[0], KEPT)):
        return None
    return mean, deviation


def _meet(trace: Trace, uses: Uses, rows: set[Factor], apart: tuple[OpCall, OpCall]) -> bool:
    """Return whether rows meet elsewhere too, as nodes, steps and pairs do."""
    return any(
        rows & {factor for axis in reduced(call, role) for factor in _axis(uses, ref, axis)}
        for call in trace.calls
        if call.within and call.index not in (apart[0].index, apart[1].index)
        for role, ref in call.operands.items()
    )


def _is_of_pairs(trace: Trace, maker: OpCall) -> bool:
    """Return whether rows are sums over others, as those of a graph are: a product of two tensors, neither a weight."""
    return maker.op in PRODUCTS and not any(is_held(trace, ref) for ref in maker.operands.values())


def _axis(uses: Uses, ref: TensorRef, axis: int) -> tuple[Factor, ...]:
    return uses.lineage.of(ref)[axis] if axis < ref.rank else ()


def _is_loaded(trace: Trace, factor: Factor) -> bool:
    """Return whether an axis is one that a loader gave a batch along."""
    found = trace.producer(factor.root[0])
    return found is not None and found[0].op == "load-batch" and factor.root[1] == 0
