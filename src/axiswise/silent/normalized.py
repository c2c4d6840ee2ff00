"""Weights that add up to 1 along another axis than the one they are used over: attention over the queries, or heads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.axes import position
from axiswise.silent.exponentials import shifted_by, written_out
from axiswise.silent.factors import Axis
from axiswise.silent.following import Met, Uses, is_mixing
from axiswise.silent.reducing import PRODUCTS, SUMS, chosen, reduced, side_by_side

LIKE_WEIGHTS = frozenset(
    "dropout to type_as float half bfloat16 double contiguous clone where masked_fill nan_to_num transpose permute "
    "movedim matrix-transpose unsqueeze expand add sub".split()
)
"""What weights go through and stay weights."""
KEEPING = LIKE_WEIGHTS | {"mul"}
"""The same, and what they are multiplied with."""
SPENT = KEEPING | {"div", "true_divide", "log", "exp", "reshape", "index", "clamp", "squeeze", "select"}
"""What weights or their logarithms go through to where they are summed or picked from."""
SCORES = KEEPING | {"div", "true_divide", "clamp", "tanh", "index", "maximum", "reshape", "flatten"}
"""What scores go through before they are made weights."""
_KEEPING_SCORES = frozenset("masked_fill mul div true_divide add sub clamp tanh float dropout leaky_relu".split())
"""What a layer's scores go through, number by number."""
SOFTMAXES = frozenset({"softmax", "log_softmax"})
LAYERS = frozenset({"linear", "conv1d", "conv2d", "conv3d"})
CLASSES = {"cross_entropy": 1, "nll_loss": 1, "ctc_loss": 2}
"""Losses, and the axis of their predictions that they take for the classes, where these have that many axes."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another axis than that of a softmax, which its results are used over.

    Attributes:
        call: What uses it.
        axis: The axis, of what the softmax gives.
        fault: `sum` or `classes`.
    """

    call: OpCall
    axis: int
    fault: str


def misplaced(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield softmaxes along an axis that their use is not over.

    Facts: `fault` (`one`: along one element; `implied`: no axis was named; `even`: along an axis that the scores were
    broadcast to; `sum`: what follows sums over another; `classes`: a loss takes another for the classes), `used` (that
    other axis), `by` (the call that uses it), and of one by hand `shift` (the largest score, taken from all).
    """
    classes = {uses.lineage.of(data)[axis]: call for call, data, axis in class_axes(trace)}
    for call in trace.calls:
        data = call.operands.get("input")
        if call.op in SOFTMAXES and data is not None and call.outputs and data.rank:
            along = _along(call)
            facts = _fault(trace, uses, call, along, classes)
            if facts is not None:
                yield Conflict("softmax-axis", call, AxisUse("input", along, data.shape[along]), facts=facts)
    for softmax, summed in written_out(trace):
        along, data = _along(softmax), summed.operands["input"]
        facts = _fault(trace, uses, softmax, along, classes) if data.shape[along] > 1 else None
        if facts is not None:
            facts["shift"] = shifted_by(trace, softmax)
            yield Conflict("softmax-axis", summed, AxisUse("input", along, data.shape[along]), facts=facts)


def _along(call: OpCall) -> int:
    """Return the axis of a softmax; where none is named, torch takes the first of one or three, else the second."""
    dim, rank = call.params.get("dim"), call.operands["input"].rank
    return position(dim, rank) if isinstance(dim, int) else 0 if rank in (1, 3) else 1


def _fault(trace: Trace, uses: Uses, call: OpCall, along: int, classes: Mapping[Axis, OpCall]) -> dict[str, Any] | None:
    data = call.operands["input"]
    if data.shape[along] == 1:
        if _is_one_feature(trace, call, along):
            return {"fault": "one", "used": 1 if data.rank > 2 else -1}
        found = _summed_elsewhere(trace, uses, call, along) if are_scores(trace, call) else None
        return None if found is None else {"fault": "one", "used": found.axis}
    if call.params.get("dim") is None and data.rank == 3:
        return {"fault": "implied", "used": 2}
    if call.op == "softmax" and _is_even(trace, call, along):
        return {"fault": "even", "used": -1}
    found = _classes_elsewhere(trace, uses, call, along, classes)
    is_told = uses.lineage.is_data(uses.lineage.of(data)[along]) or are_scores(trace, call)
    if found is None and is_told and not _is_agreed_on(trace, call):
        found = _summed_elsewhere(trace, uses, call, along)
    return None if found is None else {"fault": found.fault, "used": found.axis, "by": found.call}


# -- classes ----------------------------------------------------------------------------------------------------------
def class_axes(trace: Trace) -> Iterator[tuple[OpCall, TensorRef, int]]:
    """Yield the losses that take an axis of their predictions for the classes, each with these and that axis."""
    for call in trace.calls:
        data = call.operands.get("input") or call.operands.get("log_probs")
        if call.op in CLASSES and call.spelled.startswith("torch.") and data is not None and data.rank:
            axis = min(CLASSES[call.op], data.rank - 1)
            if data.shape[axis] > 1:
                yield call, data, axis
        elif call.op == "kl_div" and call.params.get("reduction") == "batchmean":
            yield from _compared(trace, call)


def _compared(trace: Trace, call: OpCall) -> Iterator[tuple[OpCall, TensorRef, int]]:
    """Yield the one of two distributions that is along the batch, with the axis that the other is along."""
    sides = [ref for ref in call.operands.values() if (found := trace.producer(ref.id)) and found[0].op in SOFTMAXES]
    along = [_along(found[0]) for ref in sides if (found := trace.producer(ref.id)) is not None]
    if len(along) == 2 and 0 in along and along[0] != along[1] and sides[0].shape == sides[1].shape:
        yield call, sides[along.index(0)], max(along)


def _classes_elsewhere(
    trace: Trace, uses: Uses, call: OpCall, along: int, classes: Mapping[Axis, OpCall]
) -> Elsewhere | None:
    """Return the axis of the classes, of which a loss knows, where weights along another are not used over that one."""
    axes = uses.lineage.of(call.operands["input"])
    found = [axis for axis, own in enumerate(axes) if own in classes]
    if len(found) != 1 or found[0] == along or not axes[along]:
        return None
    if any(along in _spent(trace, met) for met in uses.followed(call.outputs[0], SPENT)):
        return None
    return Elsewhere(classes[axes[found[0]]], found[0], "classes")


# -- sums -------------------------------------------------------------------------------------------------------------
def _summed_elsewhere(trace: Trace, uses: Uses, call: OpCall, along: int) -> Elsewhere | None:
    """Return what is summed or picked over another axis than that of weights; None where anything is over theirs."""
    found: Elsewhere | None = None
    weights, is_normalised_twice = {call.outputs[0].id}, False
    for met in uses.followed(call.outputs[0], SPENT, mixed=True):
        alike = met.call.operands[met.role].id in weights
        if alike and met.call.op in LIKE_WEIGHTS:
            weights |= {output.id for output in met.call.outputs}
        if not met.call.outputs or _is_mixed(met):
            continue
        spent = _spent(trace, met)
        if met.call.op in SUMS and alike:
            is_normalised_twice |= along not in spent and bool(spent) and _is_divisor(uses, met.call.outputs[0])
            continue
        if along in spent or (met.call.op in PRODUCTS and along not in met.axes.values()):
            return None
        if len(spent) == 1 and call.outputs[0].shape[spent[0]] > 1:
            if along in (met.axes.get(axis) for axis in side_by_side(met.call, met.role)):
                return Elsewhere(met.call, spent[0], "sum")
            found = found or Elsewhere(met.call, spent[0], "sum")
    return None if is_normalised_twice else found  # slots, clusters: they compete, and then take means


def _spent(trace: Trace, met: Met) -> list[int]:
    """Return the axes of what was followed that a call sums or picks over."""
    axes = reduced(met.call, met.role) or (chosen(trace, met.call) if met.role == "input" else ())
    return [met.axes[axis] for axis in axes if axis in met.axes]


def _is_divisor(uses: Uses, total: TensorRef) -> bool:
    """Return whether something is divided by a sum."""
    through = frozenset({"clamp", "add", "unsqueeze", "reshape", "index", "transpose", "expand", "maximum"})
    return any(met.call.op in ("div", "true_divide") and met.role == "right" for met in uses.followed(total, through))


def _is_mixed(met: Met) -> bool:
    """Return whether weights meet what is no value of theirs: a projection, a matrix that mixes heads."""
    others = [ref for role, ref in met.call.operands.items() if role != met.role]
    return met.call.op in PRODUCTS and any(
        ref.parameter or ref.rank < met.call.operands[met.role].rank for ref in others
    )


# -- scores -----------------------------------------------------------------------------------------------------------
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
        if maker.op in SCORES or any(is_mixing(trace, maker, role) for role in maker.operands):
            waiting += [ref.id for ref in maker.operands.values()]
    return False


def _is_agreed_on(trace: Trace, call: OpCall) -> bool:
    """Return whether scores begin as zeros, to which each round adds: capsules share themselves out among others."""
    waiting = [call.operands["input"]]
    while waiting:
        found = trace.producer((ref := waiting.pop()).id)
        if found is None:
            continue
        if found[0].op == "zeros":
            return not any(
                each.op == "index-assign" and ref.id in {given.id for given in each.operands.values()}
                for each in trace.calls
            )
        if found[0].op == "add":
            waiting += found[0].operands.values()
    return False


def _is_even(trace: Trace, call: OpCall, along: int) -> bool:
    """Return whether only a mask has the axis of a softmax: the scores it hides some of are one for all of it."""
    found = trace.producer(call.operands["input"].id)
    if found is None or found[0].op not in ("where", "masked_fill"):
        return False
    maker, back = found[0], call.operands["input"].rank - along
    masks = {role for role, ref in maker.operands.items() if ref.dtype == "bool"}
    scores = [ref for role, ref in maker.operands.items() if role not in masks]
    return bool(masks) and bool(scores) and all(ref.rank < back or ref.shape[-back] == 1 for ref in scores)


def _is_one_feature(trace: Trace, call: OpCall, along: int) -> bool:
    """Return whether an axis of one element is what a layer was built to give: no length that happens to be 1."""
    data = ref = call.operands["input"]
    found = trace.producer(ref.id)
    while found is not None and found[0].op in _KEEPING_SCORES:
        given = found[0].operands.get("input") or found[0].operands.get("left")
        if given is None or given.shape != data.shape:
            return False
        ref, found = given, trace.producer(given.id)
    if found is None or found[0].op not in LAYERS:
        return False
    channels = data.rank - 1 if found[0].op == "linear" else 1
    return along == channels
