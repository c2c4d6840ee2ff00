"""Element by element: arithmetic, comparison, activations, and what keeps the shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axiswise.frontends.torch.vocabulary.reading import Reader, Reading, bind, named, reads, table
from axiswise.ops.broadcast import UNARY

_PAIR = "left|input|self, right|other|exponent|divisor, *, out?"

BINARY = {
    "add": "add Tensor.__add__ Tensor.__radd__ Tensor.__iadd__",
    "sub": "sub subtract Tensor.__sub__ Tensor.__isub__",
    "mul": "mul multiply Tensor.__mul__ Tensor.__rmul__ Tensor.__imul__",
    "div": "div divide Tensor.__truediv__ Tensor.__itruediv__ Tensor.__div__ Tensor.__idiv__",
    "true_divide": "true_divide",
    "floor_divide": "floor_divide Tensor.__floordiv__ Tensor.__ifloordiv__",
    "remainder": "remainder Tensor.__mod__ Tensor.__imod__",
    "pow": "pow Tensor.__pow__ Tensor.__ipow__",
    "eq": "eq Tensor.__eq__",
    "ne": "ne not_equal Tensor.__ne__",
    "lt": "lt less Tensor.__lt__",
    "le": "le less_equal Tensor.__le__",
    "gt": "gt greater Tensor.__gt__",
    "ge": "ge greater_equal Tensor.__ge__",
    "bitwise_and": "bitwise_and Tensor.__and__ Tensor.__iand__",
    "bitwise_or": "bitwise_or Tensor.__or__ Tensor.__ior__",
    "bitwise_xor": "bitwise_xor Tensor.__xor__ Tensor.__ixor__",
    "bitwise_left_shift": "bitwise_left_shift Tensor.__lshift__ Tensor.__ilshift__",
    "bitwise_right_shift": "bitwise_right_shift Tensor.__rshift__ Tensor.__irshift__",
    **{
        word: word
        for word in (
            "fmod float_power hypot maximum minimum fmax fmin logical_and logical_or logical_xor isclose copysign "
            "nextafter ldexp logaddexp logaddexp2 heaviside gcd lcm xlogy atan2 "
            "complex polar"
        ).split()
    },
}
"""Op words with two operands, and torch's names for each."""

REFLECTED = {
    "sub": "Tensor.__rsub__ rsub",
    "div": "Tensor.__rtruediv__ Tensor.__rdiv__",
    "floor_divide": "Tensor.__rfloordiv__",
    "remainder": "Tensor.__rmod__",
    "pow": "Tensor.__rpow__",
    "bitwise_and": "Tensor.__rand__",
    "bitwise_or": "Tensor.__ror__",
    "bitwise_xor": "Tensor.__rxor__",
}

_INITIALISERS = (
    "constant dirac eye kaiming_normal kaiming_uniform normal ones orthogonal sparse trunc_normal uniform "
    "xavier_normal xavier_uniform zeros"
).split()

NAMES = {
    "clone": "clone Tensor.__copy__ Tensor.__deepcopy__",
    "abs": "abs absolute Tensor.__abs__",
    "negative": "neg negative Tensor.__neg__",
    "positive": "positive Tensor.__pos__",
    "bitwise_not": "bitwise_not Tensor.__invert__",
    "sigmoid": "sigmoid special.expit",
    "acos": "acos arccos",
    "asin": "asin arcsin",
    "atan": "atan arctan",
    "contiguous": "Tensor.contiguous",
    "logsigmoid": "nn.functional.logsigmoid",
    "trunc": "trunc fix",
    "fill": "fill Tensor.fill_diagonal_ Tensor.normal_ Tensor.uniform_ Tensor.random_ Tensor.exponential_ "
    "Tensor.log_normal_ Tensor.cauchy_ Tensor.geometric_ " + " ".join(f"nn.init.{word}_" for word in _INITIALISERS),
    "type": "Tensor.type",
    "real": "real Tensor.real.__get__",
    "imag": "imag Tensor.imag.__get__",
    "to": "Tensor.to",
    "requires_grad_": "Tensor.requires_grad_",
}
"""torch's names of operations with one operand, where they differ from the op word."""


def _alone(op: str) -> Reader:
    """Return a reader that takes the first tensor and leaves the rest."""

    def read(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        rest = dict(kwargs)
        tensor = args[0] if args else rest.pop("input", rest.pop("self", rest.pop("tensor", None)))
        reading = Reading(op)
        reading.put("input", tensor)
        if rest.get("inplace") is True:
            reading.params["inplace"] = True
        return reading if "input" in reading.operands else None

    return read


def _where(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read the form with three operands; `where(mask)` gives indices, whose number no shape tells."""
    bound = bind("condition, input|self, other", args, kwargs)
    if bound is None:
        return None
    reading = Reading("where")
    for name, value in bound.items():
        reading.put(name, value)
    return reading


def _method_where(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    bound = bind("input|self, condition, other", args, kwargs)
    return _where((), bound) if bound is not None else None


READERS = table(
    *(reads(op, _PAIR, names) for op, names in BINARY.items()),
    *(reads(op, "right|self|input, left|other", names) for op, names in REFLECTED.items()),
    *(named(NAMES.get(op, op), _alone(op)) for op in sorted(UNARY)),
    reads("masked_fill", "input|self, mask, value"),
    reads("lerp", "input|self, end, weight"),
    reads("addcmul", "input|self, tensor1, tensor2, *, value=1"),
    reads("addcdiv", "input|self, tensor1, tensor2, *, value=1"),
    reads("clamp", "input|self, min?, max?, *, out?", "clamp clip"),
    reads("clamp", "input|self, min, *, out?", "clamp_min"),
    reads("clamp", "input|self, max, *, out?", "clamp_max"),
    reads("copy", "input|self, source|src, non_blocking=False", "Tensor.copy_"),
    reads("prelu", "input|self, weight"),
    reads("dropout1d", "input, p=0.5, training=True, inplace=False"),
    reads("flip", "input|self, *dims"),
    reads("flip", "input|self", "fliplr", dims=(1,)),
    reads("flip", "input|self", "flipud", dims=(0,)),
    reads("rot90", "input|self, k=1, dims=(0,1)"),
    reads("local_response_norm", "input, size, alpha=0.0001, beta=0.75, k=1.0", "nn.functional.local_response_norm"),
    reads("roll", "input|self, shifts, dims=None"),
    *(reads(op, "input|self, diagonal=0") for op in ("tril", "triu")),
    named("Tensor.where", _method_where),
    {"torch.where": _where},
)
