"""Losses of predictions against targets: `input`, `target`, `weight`; params reduction, reduce (the old spelling).

Losses that take class numbers want the input's shape without its class axis (params["class_axis"], else axis 1, or 0
of a single sample); params["highest_index"] is the largest number among them, where a frontend knows it. Losses
that compare element by element either insist on one shape or, in torch, broadcast with a warning: that is legal here.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import FLOATS, axis_of, differ, setting, whole, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same, shape_of

PROBABILITIES = ("cross_entropy",)
"""Losses that also take a target of the input's shape: probabilities of the classes."""

EQUAL = (
    "one_hot_cross_entropy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "multilabel_margin_loss",
)
BROADCAST = (
    "mse_loss",
    "l1_loss",
    "smooth_l1_loss",
    "huber_loss",
    "kl_div",
    "poisson_nll_loss",
    "hinge_embedding_loss",
    "soft_margin_loss",
    "multilabel_soft_margin_loss",
)


def reduced(call: OpCall) -> bool:
    """Return whether a loss gives one number for all."""
    reduce = call.params.get("reduce")
    return call.params.get("reduction", "mean") != "none" if reduce is None else bool(reduce)


def unlike(call: OpCall, left: str, right: str) -> list[Conflict]:
    """Return the conflict of two operands that have to have one shape, at the first axis that differs."""
    ours, theirs = call.operands[left].shape, call.operands[right].shape
    if call.op == "multilabel_margin_loss" and max(len(ours), len(theirs)) < 2:
        return differ("target", call, whole(call, left), whole(call, right))
    if len(ours) != len(theirs):
        return [Conflict("target", call, whole(call, left), whole(call, right), {"wanted": ours})]
    found: list[Conflict] = []
    for axis in range(len(ours)):
        found += differ("target", call, axis_of(call, left, axis), axis_of(call, right, axis), wanted=ours)
    return found[:1]


# -- class numbers ---------------------------------------------------------------------------------------------------
def _class_axis(call: OpCall) -> int:
    named = call.params.get("class_axis")
    if named is not None:
        return int(named)
    return 1 if call.operands["input"].rank > 1 else 0


def _soft(call: OpCall) -> bool:
    return call.op in PROBABILITIES and call.operands["input"].shape == call.operands["target"].shape


def _numbers(call: OpCall) -> Shape:
    """Return the shape of the class numbers that the input asks for."""
    shape, axis = call.operands["input"].shape, _class_axis(call)
    return (*shape[:axis], *shape[axis + 1 :])


def _class_conflicts(call: OpCall) -> list[Conflict]:
    if "target" not in call.operands or "input" not in call.operands:
        return [Conflict("tuple", call, facts={"argument": "target" if "input" in call.operands else "input"})]
    found = wrong_rank(call, "input", "1 or more")
    if found:
        return found
    found = wrong_dtype(call, "input", *FLOATS)
    if _soft(call):
        whole_numbers = wrong_dtype(call, "target", *FLOATS)
        if whole_numbers and call.operands["input"].rank > 1:
            found += [_target_rank(call)]
        found += whole_numbers
    else:
        found += _number_shape(call)
        found += wrong_dtype(call, "target", "int64", "uint8")
        found += _number_range(call)
    return found + _class_weight(call)


def _target_rank(call: OpCall, *allowed: int) -> Conflict:
    allowed = allowed or (len(_numbers(call)),)
    return Conflict(
        "target-rank", call, AxisUse("target", -1, call.operands["target"].rank), facts={"allowed": allowed}
    )


def _number_shape(call: OpCall) -> list[Conflict]:
    target, wanted = call.operands["target"].shape, _numbers(call)
    facts = {"wanted": wanted}
    if not wanted:
        # A single sample: its number, or a list of one.
        if len(target) > 1:
            return [_target_rank(call, 0, 1)]
        return differ("target", call, setting("samples", 1), axis_of(call, "target", 0), **facts) if target else []
    if len(target) != len(wanted):
        samples = differ("target", call, axis_of(call, "input", 0), axis_of(call, "target", 0)) if target else []
        return [*samples, _target_rank(call)]
    found: list[Conflict] = []
    for axis in range(len(wanted)):
        ours = axis_of(call, "input", axis if axis < _class_axis(call) else axis + 1)
        found += differ("target", call, ours, axis_of(call, "target", axis), **facts)
    return found


def _number_range(call: OpCall) -> list[Conflict]:
    """Class numbers are below the number of classes, where a frontend knows them."""
    highest = call.params.get("highest_index")
    classes = axis_of(call, "input", _class_axis(call))
    if highest is None or highest < classes.size:
        return []
    return [Conflict("index-range", call, whole(call, "target"), classes, {"length": classes.size, "value": highest})]


def _class_weight(call: OpCall) -> list[Conflict]:
    if "weight" not in call.operands:
        return []
    found = wrong_rank(call, "weight", 1)
    if not found:
        found = differ("target", call, axis_of(call, "input", _class_axis(call)), axis_of(call, "weight", 0))
    # Probabilities are weighted by multiplication, which promotes.
    return found + ([] if _soft(call) else wrong_dtype(call, "weight", call.operands["input"].dtype, against="input"))


def _class_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (() if reduced(call) or "input" not in call.operands else _numbers(call),)


def _class_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis if axis < _class_axis(call) else axis + 1)


# -- element by element ----------------------------------------------------------------------------------------------
def _element_conflicts(call: OpCall) -> list[Conflict]:
    missing = [role for role in ("input", "target") if role not in call.operands]
    if missing:
        return [Conflict("tuple", call, facts={"argument": missing[0]})]
    given, target = call.operands["input"].shape, call.operands["target"].shape
    if call.op in EQUAL:
        found = unlike(call, "input", "target")
    elif clash := first_clash(given, target):
        found = differ("target", call, axis_of(call, "input", clash[0]), axis_of(call, "target", clash[1]))
    elif call.op == "soft_margin_loss" and broadcast(given, target) != given:
        found = [Conflict("inplace", call, whole(call, "input"), whole(call, "target"))]
    else:
        found = []
    if call.op == "multilabel_soft_margin_loss" and not given:
        return wrong_rank(call, "input", "1 or more")
    return found + _element_dtypes(call) + (_element_weights(call) if not found else [])


def _element_dtypes(call: OpCall) -> list[Conflict]:
    if call.op == "binary_cross_entropy":
        return wrong_dtype(call, "target", call.operands["input"].dtype, against="input")
    if call.op in ("binary_cross_entropy_with_logits", "kl_div"):
        return wrong_dtype(call, "target", *FLOATS)
    if call.op == "multilabel_margin_loss":
        return wrong_dtype(call, "target", "int64")
    return []


def _element_weights(call: OpCall) -> list[Conflict]:
    """Weights broadcast to the input, which grows for them in one loss only."""
    shape, found = call.operands["input"].shape, list[Conflict]()
    if call.op == "multilabel_soft_margin_loss":
        shape = broadcast(shape, call.operands["target"].shape) or shape
    for role in (role for role in ("weight", "pos_weight") if role in call.operands):
        clash = first_clash(call.operands[role].shape, shape)
        if clash:
            given = axis_of(call, "input", clash[1] - len(shape) + call.operands["input"].rank)
            found += differ("broadcast", call, axis_of(call, role, clash[0]), given)
        elif broadcast(call.operands[role].shape, shape) != shape and call.op != "multilabel_soft_margin_loss":
            found.append(Conflict("inplace", call, whole(call, "input"), whole(call, role)))
    return found


def _element_output(call: OpCall) -> tuple[Shape, ...] | None:
    given, target = shape_of(call, "input"), shape_of(call, "target")
    if reduced(call) or given is None or target is None:
        return ((),)
    if call.op == "multilabel_margin_loss":
        return (given[:-1],)
    if call.op == "multilabel_soft_margin_loss":
        weight = shape_of(call, "weight") or ()
        common, axis = broadcast(given, target, weight) or given, len(given) - 1
        return ((*common[:axis], *common[axis + 1 :]),)
    return (broadcast(given, target) or given,)


def _element_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape = call.outputs[output].shape
    if call.op == "multilabel_margin_loss":
        return same("input", axis)
    if call.op == "multilabel_soft_margin_loss":
        is_own = axis < call.operands["input"].rank and call.operands["input"].shape[axis] == shape[axis]
        return same("input", axis) if is_own else UNKNOWN
    for role in ("input", "target"):
        position = axis - len(shape) + call.operands[role].rank
        if position >= 0 and call.operands[role].shape[position] == shape[axis]:
            return same(role, position)
    return UNKNOWN


# -- others ----------------------------------------------------------------------------------------------------------
def _margin_conflicts(call: OpCall) -> list[Conflict]:
    """multi_margin_loss: one class number for each sample."""
    given, target = call.operands["input"], call.operands["target"]
    found = wrong_rank(call, "input", 0, 1, 2)
    samples = given.shape[0] if given.rank == 2 else 1
    if found:
        return found
    if target.rank > 1 or (given.rank == 2 and target.rank == 0 and samples != 1):
        return [_target_rank(call, *((1,) if given.rank == 2 else (0, 1)))]
    if math.prod(target.shape) != samples:
        left = axis_of(call, "input", 0) if given.rank == 2 else setting("samples", 1)
        return differ("target", call, left, axis_of(call, "target", 0))
    return wrong_dtype(call, "target", "int64")


def _margin_output(call: OpCall) -> tuple[Shape, ...] | None:
    return ((),) if reduced(call) else (call.operands["target"].shape,)


def _source_of(role: str, axis: int) -> Callable[[OpCall, int, int], AxisSource]:
    return lambda call, output, position: same(role, axis)


_CLASSES = Contract(_class_conflicts, _class_output, _class_source)
_ELEMENTS = Contract(_element_conflicts, _element_output, _element_source)

CONTRACTS: dict[str, Contract] = {
    "cross_entropy": _CLASSES,
    "nll_loss": _CLASSES,
    **dict.fromkeys((*EQUAL, *BROADCAST), _ELEMENTS),
    "multi_margin_loss": Contract(_margin_conflicts, _margin_output, _source_of("target", 0)),
}
