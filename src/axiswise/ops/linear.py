"""Linear and bilinear maps: `input` (or `left` and `right`), `weight` and `bias`, weights laid out as torch does.

A linear weight is (out_features, in_features), a bilinear one (out_features, in1_features, in2_features).
"""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, whole, wrong_dtype, wrong_rank
from axiswise.ops.contract import Contract, given, same


def _linear_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", "1 or more") + wrong_rank(call, "weight", 1, 2)
    if found:
        return found
    found = differ("contraction", call, axis_of(call, "input", -1), axis_of(call, "weight", -1, "in_features"))
    found += wrong_dtype(call, "input", call.operands["weight"].dtype, against="weight")
    return found + _linear_bias(call)


def _linear_bias(call: OpCall) -> list[Conflict]:
    """A bias has to broadcast to the output, which never grows for it."""
    if "bias" not in call.operands:
        return []
    bias, weight = call.operands["bias"].shape, call.operands["weight"].shape
    if len(weight) == 1:
        # One vector of weights goes with a number; torch adds even that to no single matrix of inputs.
        return wrong_rank(call, "bias", 0) + (wrong_rank(call, "weight", 2) if call.operands["input"].rank == 2 else [])
    found: list[Conflict] = []
    if bias and bias[-1] not in (1, weight[0]):
        found += differ("broadcast", call, axis_of(call, "bias", -1), axis_of(call, "weight", 0, "out_features"))
    return found + wrong_dtype(call, "bias", call.operands["weight"].dtype, against="weight")


def _linear_output(call: OpCall) -> tuple[Shape, ...] | None:
    return ((*call.operands["input"].shape[:-1], *call.operands["weight"].shape[:-1]),)


def _linear_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis < call.operands["input"].rank - 1:
        return same("input", axis)
    return _features(call)


def _features(call: OpCall) -> AxisSource:
    """Return the source of the output's feature axis: the layer's setting where there is a layer."""
    named = call.layer is not None and "out_features" in call.layer.settings
    return given("out_features") if named else same("weight", 0)


def _bilinear_conflicts(call: OpCall) -> list[Conflict]:
    left = call.operands["left"].shape
    found = wrong_rank(call, "left", "1 or more") + wrong_rank(call, "weight", 3)
    if not found:
        found = wrong_rank(call, "right", len(left))
    if found:
        return found
    for axis in range(len(left) - 1):
        found += differ("batch", call, axis_of(call, "left", axis), axis_of(call, "right", axis))
    found += differ("contraction", call, axis_of(call, "left", -1), axis_of(call, "weight", 1, "in1_features"))
    found += differ("contraction", call, axis_of(call, "right", -1), axis_of(call, "weight", 2, "in2_features"))
    if "bias" in call.operands:
        out = axis_of(call, "weight", 0, "out_features")
        found += differ("broadcast", call, whole(call, "bias"), out)
    for role in ("left", "right", "bias"):
        if role in call.operands:
            found += wrong_dtype(call, role, call.operands["weight"].dtype, against="weight")
    return found


def _bilinear_output(call: OpCall) -> tuple[Shape, ...] | None:
    return ((*call.operands["left"].shape[:-1], *call.operands["weight"].shape[:1]),)


def _bilinear_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("left", axis) if axis < call.operands["left"].rank - 1 else _features(call)


CONTRACTS: dict[str, Contract] = {
    "linear": Contract(_linear_conflicts, _linear_output, _linear_source),
    "bilinear": Contract(_bilinear_conflicts, _bilinear_output, _bilinear_source),
}
