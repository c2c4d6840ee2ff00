"""Axes that are as long as the features by chance: a layer that was built for the features takes them for those."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace, is_series
from axiswise.origin import Origin, origin_of
from axiswise.silent.factors import Axis
from axiswise.silent.following import Uses, handed
from axiswise.silent.layouts import CONVOLUTIONS
from axiswise.silent.reductions import over

KEPT = frozenset("relu gelu silu tanh sigmoid leaky_relu dropout layer_norm contiguous clone float to add".split())
"""What goes through number by number, or keeps its axes."""
REDUCTIONS = frozenset({"mean", "sum", "amax", "amin", "max"})


def coincident(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield layers over an axis that is no axis of features, built with the very number that the features have.

    Kinds and facts: `norm-axis` (`fault`: `places`, `features`: their axis, `by`: the convolution that has them
    there), `reduction-axis` (`fault`: `features`, `axes`: those that were meant, `by`: the layer that takes what is
    left for the features).
    """
    weights = weights_of(trace, uses)
    for call in trace.calls:
        data = call.operands.get("input")
        if data is None or not call.outputs or data.rank < 3:
            continue
        if call.op == "layer_norm":
            yield from _normalised(uses, call, data, weights)
        elif call.op in REDUCTIONS and over(call) == (data.rank - 1,) and not call.params.get("keepdim"):
            yield from _reduced(trace, uses, call, data, weights)


def _normalised(uses: Uses, call: OpCall, data: TensorRef, weights: Collection[int]) -> Iterator[Conflict]:
    """Yield a norm over the places of a map, of as many numbers as a convolution behind it takes channels."""
    number = _setting(call, "normalized_shape")
    for met in uses.followed(call.outputs[0], KEPT) if number is not None else ():
        if met.role == "input" and CONVOLUTIONS.get(met.call.op) == data.rank == met.call.operands["input"].rank:
            channels = _setting(met.call, "in_channels")
            if channels == number and met.axes.get(1) == 1 and not are_features(uses.lineage.of(data)[-1], weights):
                use = AxisUse("input", data.rank - 1, data.shape[-1])
                facts = {"fault": "places", "features": 1, "by": met.call}
                yield Conflict("norm-axis", call, use, facts=facts)
            return


def weights_of(trace: Trace, uses: Uses) -> frozenset[int]:
    """Return the tensors that layers of a run have for their weights, or make them of."""
    given = [call.operands["weight"] for call in trace.calls if "weight" in call.operands]
    roots = {factor.root[0] for ref in given for own in uses.lineage.of(ref) for factor in own}
    return frozenset(roots | {ref.id for ref in given})


def are_features(axis: Axis, weights: Collection[int]) -> bool:
    """Return whether an axis is one that a layer's weights gave."""
    return any(factor.root[0] in weights for factor in axis)


def _reduced(trace: Trace, uses: Uses, call: OpCall, data: TensorRef, weights: Collection[int]) -> Iterator[Conflict]:
    """Yield a reduction of the features that a layer gave, before a layer that was built for as many."""
    makers = (maker for maker, at in handed(trace, data, data.rank - 1) if maker.op == "linear" or at != data.rank - 1)
    maker = next(makers, None)
    width = _setting(maker, "out_features") if maker is not None and maker.op == "linear" else None
    left = uses.lineage.of(call.outputs[0])[-1]
    if width is None or not left or are_features(left, weights):
        return
    for met in uses.followed(call.outputs[0], KEPT):
        if met.call.op == "linear" and met.role == "input" and _setting(met.call, "in_features") == width:
            use = AxisUse("input", data.rank - 1, data.shape[-1])
            facts = {"fault": "features", "axes": (data.rank - 2,), "by": met.call}
            yield Conflict("reduction-axis", call, use, facts=facts)
            return


def _setting(call: OpCall, name: str) -> Origin | None:
    """Return where the number came from that a layer was built with; None where it was written for this layer alone."""
    value = call.layer.settings.get(name) if call.layer is not None else None
    if is_series(value):
        value = value[0] if len(value) == 1 else None
    return origin_of(value)
