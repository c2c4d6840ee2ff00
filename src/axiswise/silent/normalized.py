"""Weights that add up to 1 along another axis than the one they are used over: attention over the queries, or heads."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, Trace
from axiswise.ops.axes import position
from axiswise.silent.following import Met, Uses, carried
from axiswise.silent.lineage import Lineage

PRODUCTS = frozenset({"matmul", "bmm", "mm", "einsum", "baddbmm"})
KEEPING = frozenset(
    "dropout to type_as float half bfloat16 double contiguous clone mul where masked_fill nan_to_num transpose permute "
    "movedim matrix-transpose unsqueeze expand add sub".split()
)
"""What weights go through and stay weights."""
SCORES = KEEPING | {"div", "true_divide", "clamp", "tanh", "softcap", "index", "maximum"}
"""What scores go through before they are made weights."""
LAYERS = frozenset({"linear", "conv1d", "conv2d", "conv3d"})


def misplaced(trace: Trace, lineage: Lineage) -> Iterator[Conflict]:
    """Yield softmaxes along an axis that their use is not over; facts: `used`, the axis that it is over, `by`."""
    uses = Uses(trace)
    for call in trace.calls:
        data = call.operands.get("input")
        dim = call.params.get("dim")
        if call.op != "softmax" or data is None or not call.outputs or not isinstance(dim, int) or not data.rank:
            continue
        along = position(dim, data.rank)
        if data.shape[along] == 1:
            if _is_one_feature(trace, call, along):
                yield Conflict("softmax-axis", call, AxisUse("input", along, 1), facts={"used": -1})
            continue
        if not are_scores(trace, call):
            continue
        wrong = _summed_elsewhere(uses, call, along)
        if wrong is not None:
            met, used = wrong
            facts = {"used": used, "by": met.call, "role": met.role}
            yield Conflict("softmax-axis", call, AxisUse("input", along, data.shape[along]), facts=facts)


def _summed_elsewhere(uses: Uses, call: OpCall, along: int) -> tuple[Met, int] | None:
    """Return the product that sums weights over another axis than theirs, and that axis; None where one is over it."""
    found: tuple[Met, int] | None = None
    for met in uses.followed(call.outputs[0], KEEPING):
        others = [ref for role, ref in met.call.operands.items() if role != met.role]
        rank = met.call.operands[met.role].rank
        if (
            met.call.op not in PRODUCTS
            or not met.call.outputs
            or any(ref.parameter or ref.rank < rank for ref in others)
        ):
            continue  # not summed over: heads that are mixed, a projection
        left = carried(met.call, met.role, met.axes)
        summed = [own for own in met.axes.values() if own not in left.values()]
        if along in summed or along not in met.axes.values() or len(summed) != 1:
            return None
        if call.outputs[0].shape[summed[0]] > 1:
            found = found or (met, summed[0])
    return found


def are_scores(trace: Trace, call: OpCall) -> bool:
    """Return whether what goes into a softmax is a product of two tensors that were both computed."""
    waiting, seen = [call.operands["input"].id], set[int]()
    while waiting:
        tensor = waiting.pop()
        found = trace.producer(tensor)
        if found is None or tensor in seen:
            continue
        seen.add(tensor)
        maker = found[0]
        if maker.op in PRODUCTS:
            if sum(not ref.parameter and trace.producer(ref.id) is not None for ref in maker.operands.values()) > 1:
                return True
        elif maker.op in SCORES:
            waiting += [ref.id for ref in maker.operands.values()]
    return False


def _is_one_feature(trace: Trace, call: OpCall, along: int) -> bool:
    """Return whether an axis of one element is what a layer was built to give: no length that happens to be 1."""
    data = call.operands["input"]
    found = trace.producer(data.id)
    if found is None or found[0].op not in LAYERS:
        return False
    channels = data.rank - 1 if found[0].op == "linear" else 1
    return along == channels
