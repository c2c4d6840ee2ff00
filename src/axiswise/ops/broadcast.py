"""Element by element: operands are broadcast together; with one operand its shape is handed through.

Operands: `left`, `right` for arithmetic and comparison, else as the operation names them (`condition`, `mask`). What
has one operand only calls it `input`. A number in an operand's place is a parameter. The parameter `inplace` says that
the first operand takes the result and cannot grow.
"""

from __future__ import annotations

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import axes_out_of_range, numbers, repeated
from axiswise.ops.clauses import axis_of, differ, setting, uncounted, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same

UNARY = frozenset(
    "abs acos acosh angle asin asinh atan atanh bernoulli bfloat16 bitwise_not bool byte ceil celu clone conj "
    "contiguous cos cosh cpu cuda deg2rad detach digamma double dropout dropout2d dropout3d alpha_dropout "
    "feature_alpha_dropout elu erf erfc erfinv exp exp2 expm1 fill float floor frac gelu half hardshrink "
    "hardsigmoid hardswish hardtanh i0 imag int isfinite isinf isnan isneginf isposinf leaky_relu lgamma log "
    "log10 log1p log2 logical_not logit logsigmoid long mish nan_to_num negative pin_memory positive rad2deg real "
    "reciprocal relu relu6 requires_grad_ round rrelu rsqrt selu sgn short sigmoid sign signbit silu sin sinc "
    "sinh softplus softshrink softsign sqrt square tan tanh tanhshrink threshold to trunc type type_as zero".split()
)
BINARY = frozenset(
    "add sub mul div floor_divide true_divide remainder fmod pow float_power atan2 hypot maximum minimum fmax fmin "
    "eq ne lt le gt ge logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor bitwise_left_shift "
    "bitwise_right_shift isclose copysign nextafter ldexp logaddexp logaddexp2 heaviside gcd lcm xlogy complex "
    "polar".split()
)
SEVERAL = frozenset("where masked_fill lerp addcmul addcdiv clamp copy".split())


def _clash(call: OpCall) -> list[Conflict]:
    """Return the conflict of the first pair of operands that does not broadcast."""
    roles = list(call.operands)
    for number, second in enumerate(roles):
        for first in roles[:number]:
            clash = first_clash(call.operands[first].shape, call.operands[second].shape)
            if clash:
                sides = axis_of(call, first, clash[0]), axis_of(call, second, clash[1])
                return [Conflict("broadcast", call, *sides)]
    return []


def growth(call: OpCall) -> list[Conflict]:
    """Return the conflict of a first operand that would have to grow for the others, or nothing."""
    target, *others = call.operands
    shape = call.operands[target].shape
    for role in others:
        other = call.operands[role].shape
        for back in range(1, min(len(other), len(shape)) + 1):
            if other[-back] != 1 and shape[-back] == 1:
                return [Conflict("inplace", call, axis_of(call, target, -back), axis_of(call, role, -back))]
        if len(other) > len(shape):
            left, right = AxisUse(target, -1, len(shape)), AxisUse(role, -1, len(other))
            return [Conflict("inplace", call, left, right)]
    return []


def _conflicts(call: OpCall) -> list[Conflict]:
    found = _clash(call)
    if call.op == "masked_fill":
        found += wrong_dtype(call, "mask", "bool")
        if "value" in call.operands:
            found += wrong_rank(call, "value", 0)
    return found or (growth(call) if _inplace(call) else [])


def _inplace(call: OpCall) -> bool:
    return call.params.get("inplace") is True


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    shapes = [ref.shape for ref in call.operands.values()]
    if not shapes:
        return None
    if _inplace(call):
        return (shapes[0],)
    common = broadcast(*shapes)
    return (common if common is not None else max(shapes, key=lambda shape: (len(shape), shapes.count(shape))),)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    """Return the operand that gives an axis its size: the first whose axis there is as long."""
    shape = call.outputs[output].shape
    for role, ref in call.operands.items():
        position = axis - len(shape) + ref.rank
        if position >= 0 and ref.shape[position] == shape[axis]:
            return same(role, position)
    return UNKNOWN


# -- one operand -----------------------------------------------------------------------------------------------------
def _legal(call: OpCall) -> list[Conflict]:
    return []


def handed(call: OpCall) -> tuple[Shape, ...] | None:
    """Return the input's shape."""
    return (call.operands["input"].shape,)


def handed_source(call: OpCall, output: int, axis: int) -> AxisSource:
    """Return the input's axis."""
    return same("input", axis)


def _turned_conflicts(call: OpCall) -> list[Conflict]:
    """Clauses of flip and roll."""
    rank = call.operands["input"].rank
    if call.op == "flip":
        return axes_out_of_range(call, "input", "dims") or repeated(call, "input", "dims")
    shifts, dims = numbers(call.params["shifts"]), numbers(call.params.get("dims"))
    if len(shifts) != len(dims) and (dims or len(shifts) != 1):
        return [uncounted(call, "dims", len(shifts))] if dims else [uncounted(call, "shifts", 1)]
    if dims and not rank:
        return wrong_rank(call, "input", "1 or more")
    return axes_out_of_range(call, "input", "dims")


def _triangle_conflicts(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", "2 or more")


def _row_conflicts(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", 2, 3)


def _deep_conflicts(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", "3 or more")


def _prelu_conflicts(call: OpCall) -> list[Conflict]:
    """A slope for all, or one for each channel."""
    shape, weight = call.operands["input"].shape, call.operands["weight"].shape
    found = wrong_rank(call, "weight", 0, 1)
    if found or weight in ((), (1,)):
        return found
    found = wrong_rank(call, "input", "1 or more")
    if found:
        return found
    right = axis_of(call, "weight", 0, "num_parameters")
    return differ("channels", call, axis_of(call, "input", 1) if len(shape) > 1 else setting("channels", 1), right)


_BROADCAST = Contract(_conflicts, _output, _source)

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(BINARY | SEVERAL, _BROADCAST),
    **dict.fromkeys(UNARY, Contract(_legal, handed, handed_source)),
    **dict.fromkeys(("flip", "roll"), Contract(_turned_conflicts, handed, handed_source)),
    **dict.fromkeys(("tril", "triu"), Contract(_triangle_conflicts, handed, handed_source)),
    "dropout1d": Contract(_row_conflicts, handed, handed_source),
    "local_response_norm": Contract(_deep_conflicts, handed, handed_source),
    "prelu": Contract(_prelu_conflicts, handed, handed_source),
}
