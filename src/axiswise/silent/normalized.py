"""Weights that add up to 1 along another axis than the one they are used over: attention over the queries, or heads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axiswise.facts import AxisUse, Conflict, OpCall, Trace
from axiswise.ops.axes import position
from axiswise.silent.following import Met, Uses, carried

PRODUCTS = frozenset({"matmul", "bmm", "mm", "einsum", "baddbmm"})
KEEPING = frozenset(
    "dropout to type_as float half bfloat16 double contiguous clone mul where masked_fill nan_to_num transpose permute "
    "movedim matrix-transpose unsqueeze expand add sub".split()
)
"""What weights go through and stay weights."""
SCORES = KEEPING | {"div", "true_divide", "clamp", "tanh", "index", "maximum"}
"""What scores go through before they are made weights."""
SOFTMAXES = frozenset({"softmax", "log_softmax"})
LOGARITHMS = frozenset("log to float double transpose permute clamp add".split())
"""What log-probabilities go through on their way to a loss."""
LAYERS = frozenset({"linear", "conv1d", "conv2d", "conv3d"})


def misplaced(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield softmaxes along an axis that their use is not over.

    Facts: `fault` (`one`: along one element; `implied`: no axis was named; `sum`: a product sums over another;
    `classes`: a loss takes another for the classes), `used` (that other axis), and `by` (the call that uses it).
    """
    for call in trace.calls:
        data = call.operands.get("input")
        if call.op in SOFTMAXES and data is not None and call.outputs and data.rank:
            along = _along(call)
            facts = _fault(trace, uses, call, along)
            if facts is not None:
                yield Conflict("softmax-axis", call, AxisUse("input", along, data.shape[along]), facts=facts)


def _along(call: OpCall) -> int:
    """Return the axis of a softmax; where none is named, torch takes the first of one or three, else the second."""
    dim, rank = call.params.get("dim"), call.operands["input"].rank
    return position(dim, rank) if isinstance(dim, int) else 0 if rank in (1, 3) else 1


def _fault(trace: Trace, uses: Uses, call: OpCall, along: int) -> dict[str, Any] | None:
    data = call.operands["input"]
    if data.shape[along] == 1:
        return {"fault": "one", "used": 1 if data.rank > 2 else -1} if _is_one_feature(trace, call, along) else None
    if call.params.get("dim") is None and data.rank == 3:
        return {"fault": "implied", "used": 2}
    wrong = _classes_elsewhere(uses, call, along)
    if wrong is None and call.op == "softmax" and are_scores(trace, call):
        wrong = _summed_elsewhere(uses, call, along)
    if wrong is None:
        return None
    return {"fault": "sum" if wrong[0].call.op in PRODUCTS else "classes", "used": wrong[1], "by": wrong[0].call}


def _classes_elsewhere(uses: Uses, call: OpCall, along: int) -> tuple[Met, int] | None:
    """Return the loss that takes another axis of log-probabilities for the classes, and that axis."""
    for met in uses.followed(call.outputs[0], LOGARITHMS):
        classes = met.axes.get(1 if met.call.operands[met.role].rank > 1 else 0)
        is_loss = met.call.op == "nll_loss" and met.call.spelled.startswith("torch.") and met.role == "input"
        if is_loss and classes is not None and classes != along:
            return met, classes
    return None


def _summed_elsewhere(uses: Uses, call: OpCall, along: int) -> tuple[Met, int] | None:
    """Return the product that sums weights over another axis than theirs, and that axis; None where one is over it."""
    found: tuple[Met, int] | None = None
    for met in uses.followed(call.outputs[0], KEEPING):
        if met.call.op not in PRODUCTS or not met.call.outputs or _is_mixed(met):
            continue
        left = carried(met.call, met.role, met.axes)
        summed = [own for own in met.axes.values() if own not in left.values()]
        if along in summed or along not in met.axes.values() or len(summed) != 1:
            return None
        if call.outputs[0].shape[summed[0]] > 1:
            found = found or (met, summed[0])
    return found


def _is_mixed(met: Met) -> bool:
    """Return whether weights meet what is no value of theirs: a projection, a matrix that mixes heads."""
    others = [ref for role, ref in met.call.operands.items() if role != met.role]
    return any(ref.parameter or ref.rank < met.call.operands[met.role].rank for ref in others)


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
