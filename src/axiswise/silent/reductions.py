"""Reductions over another axis than what they go with: a mean and its deviation, weights and their sum, an entropy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.axes import numbers, position
from axiswise.ops.reduction import REDUCED
from axiswise.silent.following import Uses, handed, is_held
from axiswise.silent.normalized import SOFTMAXES, are_scores

NORMALISING = frozenset({"div", "true_divide", "mul"})
DEVIATIONS = frozenset({"std", "var"})
SCALING = frozenset(
    "add sub clamp sqrt rsqrt reciprocal pow float double to detach contiguous maximum clone type_as".split()
)
"""What a deviation goes through before something is divided by it."""
SEEN = frozenset("float double half bfloat16 to detach contiguous clone transpose permute type_as".split())
"""What weights go through and still add up to 1."""
LOGARITHMS = frozenset({"log", "log_softmax"})
FACTORS = frozenset({"negative", "mul", "div", "true_divide"})


def misreduced(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield reductions over another axis than what they go with.

    Facts: `fault`, `by` (what it goes with) and `axes` (those that were meant). Faults: `deviation` (of a tensor whose
    mean is over other axes), `constant` (a mean of weights that add up to 1 along it), `unity` (a sum of such weights,
    which they are divided by), `again` (over an axis of which one element is left), `weights` (a norm along another
    axis than the weights that scale its result), `entropy` (a sum over another axis than that of the probabilities,
    which a mean is taken over), `gradient` (a length of gradients that is no example's).
    """
    for call in trace.calls:
        data = call.operands.get("input")
        if call.op in NORMALISING and "left" in call.operands and "right" in call.operands:
            yield from _deviation(trace, call)
        elif call.op in REDUCED and data is not None and call.outputs:
            looks = (_constant, _unity, _again, _weighted, _entropy, _gradient)
            facts = next((facts for look in looks if (facts := look(trace, uses, call, data)) is not None), None)
            if facts is not None:
                yield _conflict(call, facts)


def _conflict(call: OpCall, facts: Mapping[str, Any]) -> Conflict:
    data = call.operands["input"]
    axis = next(iter(over(call)), 0)
    return Conflict("reduction-axis", call, AxisUse("input", axis, data.shape[axis]), facts=facts)


def over(call: OpCall) -> tuple[int, ...]:
    """Return the axes that a reduction names; empty where it names none."""
    rank = call.operands["input"].rank
    return tuple(sorted({position(axis, rank) for axis in numbers(call.params.get("dim"))}))


# -- a mean and a deviation --------------------------------------------------------------------------------------------
def _deviation(trace: Trace, call: OpCall) -> Iterator[Conflict]:
    """Yield the deviation that centred numbers are divided by, where it is over none of the axes of their mean."""
    centred = trace.producer(call.operands["left"].id)
    deviation = behind(trace, call.operands["right"], DEVIATIONS)
    if centred is None or centred[0].op != "sub" or deviation is None or len(centred[0].operands) != 2:
        return
    mean = behind(trace, centred[0].operands["right"], frozenset({"mean"}))
    whole = centred[0].operands["left"].id
    if mean is None or not mean.operands["input"].id == deviation.operands["input"].id == whole:
        return
    ours, theirs = over(mean), over(deviation)
    if ours and theirs and not set(ours) & set(theirs):
        yield _conflict(deviation, {"fault": "deviation", "by": mean, "axes": ours})


def behind(trace: Trace, ref: TensorRef, ops: frozenset[str]) -> OpCall | None:
    """Return the call of one of some operations that a tensor is made by, straight or through a root or a bound."""
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        if call.op in ops:
            return call if "input" in call.operands else None
        before = call.operands.get("input") or call.operands.get("left")
        if call.op not in SCALING or before is None or len(call.operands) > 1:
            return None
        ref = before
    return None


# -- weights that add up to 1 ------------------------------------------------------------------------------------------
def _constant(trace: Trace, uses: Uses, call: OpCall, data: TensorRef) -> Mapping[str, Any] | None:
    """Return what is wrong with a mean of weights along the very axis along which they add up to 1."""
    axes = over(call)
    if call.op != "mean" or len(axes) != 1 or data.shape[axes[0]] < 2:
        return None
    for maker, at in handed(trace, data, axes[0]):
        if maker.op == "softmax":
            return {"fault": "constant", "by": maker, "axes": _others(data, axes)} if over(maker) == (at,) else None
        if maker.op not in SEEN:
            return None
    return None


def _unity(trace: Trace, uses: Uses, call: OpCall, data: TensorRef) -> Mapping[str, Any] | None:
    """Return what is wrong with a sum of weights of attention along their own axis, which they are divided by."""
    axes = over(call)
    if call.op != "sum" or len(axes) != 1 or not _is_divided_by(uses, call):
        return None
    for maker, at in handed(trace, data, axes[0]):
        if maker.op == "softmax":
            is_own = over(maker) == (at,) and are_scores(trace, maker)
            return {"fault": "unity", "by": maker, "axes": ()} if is_own else None
        if maker.op not in SEEN | {"add"} or len(maker.operands) > 1:
            return None
    return None


def _is_divided_by(uses: Uses, call: OpCall) -> bool:
    """Return whether what is summed up is divided by its sum."""
    met = uses.followed(call.outputs[0], SCALING)
    summed = call.operands["input"].id
    return any(
        each.call.op in ("div", "true_divide") and each.role == "right" and each.call.operands["left"].id == summed
        for each in met
        if "left" in each.call.operands
    )


# -- a norm and its weights --------------------------------------------------------------------------------------------
def _weighted(trace: Trace, uses: Uses, call: OpCall, data: TensorRef) -> Mapping[str, Any] | None:
    """Return what is wrong with a mean of squares over steps that numbers with weights for each feature are divided by.

    Left alone are centred numbers and several axes: each channel may be normalised over its places.
    """
    axes, square = over(call), trace.producer(data.id)
    if call.op != "mean" or len(axes) != 1 or data.rank < 3 or axes[0] == data.rank - 1 or square is None:
        return None
    whole = next(iter(square[0].operands.values()), None)
    is_square = square[0].op == "pow" and square[0].params.get("exponent", square[0].params.get("right")) == 2
    made = trace.producer(whole.id) if whole is not None else None
    is_centred = made is not None and made[0].op == "sub"
    if whole is None or is_centred or not (is_square or square[0].op == "square"):
        return None
    for met in uses.followed(call.outputs[0], SCALING):
        if met.call.op not in NORMALISING or whole.id not in {ref.id for ref in met.call.operands.values()}:
            continue
        for further in uses.followed(met.call.outputs[0], SEEN - {"transpose", "permute"}):
            refs = further.call.operands.values() if further.call.op == "mul" else ()
            if any(is_held(trace, ref) and ref.shape == data.shape[-1:] for ref in refs):
                return {"fault": "weights", "by": further.call, "axes": (data.rank - 1,)}
    return None


def _others(data: TensorRef, axes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the one other axis that a tensor has, or nothing."""
    return (1 - axes[0],) if data.rank == 2 else ()


def _entropy(trace: Trace, uses: Uses, call: OpCall, data: TensorRef) -> Mapping[str, Any] | None:
    """Return what is wrong with an entropy whose terms are summed over the examples, and then averaged."""
    axes, product = over(call), trace.producer(data.id)
    if call.op != "sum" or len(axes) != 1 or product is None or product[0].op != "mul":
        return None
    sides = [side for ref in product[0].operands.values() if (side := _softmax(trace, ref)) is not None]
    if len(sides) != 2 or sides[0].operands["input"].id != sides[1].operands["input"].id:
        return None
    along = over(sides[0])
    if len(along) != 1 or along != over(sides[1]) or along == axes or not _is_logarithm(trace, product[0]):
        return None
    for met in uses.followed(call.outputs[0], FACTORS):
        if met.call.op == "mean" and met.role == "input" and not over(met.call):
            return {"fault": "entropy", "by": sides[0], "axes": along}
    return None


def _softmax(trace: Trace, ref: TensorRef) -> OpCall | None:
    """Return the softmax that a tensor is made by, straight or through a logarithm or its opposite."""
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        before = call.operands.get("input") or call.operands.get("left")
        if call.op in SOFTMAXES:
            return call
        if call.op not in SCALING | {"exp", "log"} or before is None or len(call.operands) > 1:
            return None
        ref = before
    return None


def _is_logarithm(trace: Trace, product: OpCall) -> bool:
    """Return whether one factor is a logarithm, and the other none."""
    makers = [trace.producer(ref.id) for ref in product.operands.values()]
    return sum(found is not None and found[0].op in LOGARITHMS for found in makers) == 1


# -- an axis of one element --------------------------------------------------------------------------------------------
def _again(trace: Trace, uses: Uses, call: OpCall, data: TensorRef) -> Mapping[str, Any] | None:
    """Return what is wrong with a reduction of what the same line has just reduced over the same axis."""
    axes, found = over(call), trace.producer(data.id)
    if found is None or not axes or found[0].op not in REDUCED or not found[0].params.get("keepdim"):
        return None
    before, ours, theirs = over(found[0]), call.site, found[0].site
    if ours is None or theirs is None or (ours.path, ours.line) != (theirs.path, theirs.line):
        return None
    if not set(axes) <= set(before) or any(found[0].operands["input"].shape[axis] < 2 for axis in axes):
        return None
    left = tuple(axis for axis in range(data.rank) if axis not in before and data.shape[axis] > 1)
    return {"fault": "again", "by": found[0], "axes": left[-1:]}


# -- a penalty of gradients --------------------------------------------------------------------------------------------
def _gradient(trace: Trace, uses: Uses, call: OpCall, data: TensorRef) -> Mapping[str, Any] | None:
    """Return what is wrong with lengths of gradients that are to be 1: they are of no whole example.

    Left alone are lengths along the last axis of several, as of points: those of a distance field are to be 1 each.
    """
    axes, made = over(call), trace.producer(data.id)
    if call.op != "norm" or made is None or made[0].op != "gradient" or len(axes) != 1:
        return None
    is_of_columns, is_of_channels = data.rank == 2 and axes == (0,), data.rank >= 4 and axes == (1,)
    if not (is_of_columns or is_of_channels) or data.shape[axes[0]] < 2:
        return None
    for met in uses.followed(call.outputs[0], frozenset({"add"})):
        if met.call.op == "sub" and met.call.params.get("right") == 1:
            return {"fault": "gradient", "by": made[0], "axes": tuple(range(1, data.rank))}
    return None
