"""Arithmetic, activations, comparisons, reductions and products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axiswise.frontends.eager.kinds import Arrays, Laid
from axiswise.frontends.eager.vocabulary import Reader, Reading, reader, reads
from axiswise.frontends.tensorflow.vocabulary.naming import of
from axiswise.ops.broadcast import UNARY

_PAIR = "left|x|a, right|y|b, name?"
_REDUCED = (
    "input|input_tensor|input, dim|axis|reduction_indices|dimension=None, keepdim|keepdims|keep_dims=False, name?"
)

BINARY: dict[str, str] = {
    "add": "add math.add",
    "sub": "subtract math.subtract sub",
    "mul": "multiply math.multiply mul",
    "div": "divide math.divide truediv math.truediv div div_no_nan math.divide_no_nan realdiv",
    "floor_divide": "floordiv math.floordiv floor_div",
    "remainder": "math.floormod math.mod mod floormod",
    "pow": "pow math.pow",
    "eq": "equal math.equal",
    "ne": "not_equal math.not_equal",
    "lt": "less math.less",
    "le": "less_equal math.less_equal",
    "gt": "greater math.greater",
    "ge": "greater_equal math.greater_equal",
    "atan2": "atan2 math.atan2",
    "maximum": "maximum math.maximum",
    "minimum": "minimum math.minimum",
    "logical_and": "logical_and math.logical_and",
    "logical_or": "logical_or math.logical_or",
    "logical_xor": "math.logical_xor logical_xor",
    "squared-difference": "math.squared_difference squared_difference",
}
"""Op words with two operands, and the names of each."""

_SAME = {
    "negative": "negative math.negative neg",
    "dropout": "nn.dropout",
    "clone": "identity",
    "detach": "stop_gradient",
}

_REDUCTIONS = {
    "sum": "reduce_sum math.reduce_sum",
    "mean": "reduce_mean math.reduce_mean",
    "prod": "reduce_prod math.reduce_prod",
    "amax": "reduce_max math.reduce_max",
    "amin": "reduce_min math.reduce_min",
    "all": "reduce_all math.reduce_all",
    "any": "reduce_any math.reduce_any",
    "logsumexp": "reduce_logsumexp math.reduce_logsumexp",
    "std": "math.reduce_std",
    "var": "math.reduce_variance",
    "count_nonzero": "math.count_nonzero count_nonzero",
}


_TURNED = ("transpose", "adjoint")


def _matmul(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a product; TensorFlow takes no vectors, and transposes on demand."""
    text = "left|a, right|b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False, *, name?"
    reading = reader("matmul", text)(arrays, args, kwargs)
    if reading is None or len(reading.operands) < 2:
        return None
    words = ((role, f"{word}_{side}") for role, side in (("left", "a"), ("right", "b")) for word in _TURNED)
    turned = {role: word for role, word in words if reading.params.pop(word, False)}
    ranks = {role: len(arrays.shape_of(operand)) for role, operand in reading.operands.items()}
    if min(ranks.values()) < 2:
        return Reading("mm", reading.operands)
    for role in turned:
        rank = ranks[role]
        reading.operands[role] = Laid(reading.operands[role], (*range(rank - 2), rank - 1, rank - 2))
    return Reading("matmul", reading.operands, {"turned": turned} if turned else {})


def _einsum(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    if not args or not isinstance(args[0], str):
        return None
    return Reading("einsum", {f"operands.{i}": value for i, value in enumerate(args[1:])}, {"equation": args[0]})


def _all() -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for op, names in BINARY.items():
        found |= reads("sub" if op == "squared-difference" else op, _PAIR, of(names))
    for op in sorted(UNARY):
        names = _SAME.get(op, f"{op} math.{op} nn.{op}")
        found |= reads(op, "input|x|logits|features|value|tensor, name?", of(names))
    for op, names in _REDUCTIONS.items():
        found |= reads(op, _REDUCED, of(names))
    for op in ("argmax", "argmin"):
        found |= reads(op, "input, dim|axis|dimension=0, output_type?, name?", of(f"{op} math.{op} arg_{op[3:]}"))
    found |= reads("softmax", "input|logits, dim|axis=-1, name?", of("nn.softmax math.softmax"))
    found |= reads("log_softmax", "input|logits, dim|axis=-1, name?", of("nn.log_softmax math.log_softmax"))
    found |= reads("cumsum", "input|x, dim|axis=0", of("cumsum math.cumsum"))
    found |= reads("cumprod", "input|x, dim|axis=0", of("math.cumprod cumprod"))
    found |= reads("to", "input|x, dtype, name?", of("cast dtypes.cast"))
    found |= reads("clamp", "input|t, min|clip_value_min?, max|clip_value_max?, name?", of("clip_by_value"))
    found |= dict.fromkeys(of("matmul linalg.matmul").split(), _matmul)
    found |= dict.fromkeys(of("einsum linalg.einsum").split(), _einsum)
    found |= reads("tensordot", "left|a, right|b, dims|axes, name?", of("tensordot linalg.tensordot"))
    return found


READERS: dict[str, Reader] = _all()
