"""The functions that NumPy named and that `jax.numpy` and `keras.ops` took over, by the module they are found in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axiswise.facts import is_series
from axiswise.frontends.eager.kinds import Arrays
from axiswise.frontends.eager.vocabulary import Reader, Reading, first_of, reader, reads
from axiswise.ops.broadcast import UNARY

_PAIR = "left|x1|a|x, right|x2|b|y"
_REDUCED = "input|a|x, dim|axis=None, *, keepdim|keepdims=False"
_SIZED = "shape|size"

BINARY: dict[str, str] = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide true_divide",
    "floor_divide": "floor_divide",
    "remainder": "mod remainder",
    "pow": "power",
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "atan2": "arctan2",
    **{word: word for word in "maximum minimum logical_and logical_or logical_xor hypot logaddexp".split()},
}
"""Op words with two operands, and the names of each."""

_SAME = {"acos": "arccos", "asin": "arcsin", "atan": "arctan", "abs": "abs absolute", "clone": "copy"}


def _einsum(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `einsum("ij,jk", a, b)`."""
    if not args or not isinstance(args[0], str):
        return None
    operands = {f"operands.{place}": value for place, value in enumerate(args[1:])}
    return Reading("einsum", operands, {"equation": args[0]})


def _from_data(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read an array made from data: another array, or nested lists whose shape is all that counts."""
    data = args[0] if args else next(iter(kwargs.values()), None)
    if arrays.kind_of(data) is not None:
        return Reading("from-array", {"input": data})
    return Reading("from-array", {}, {"shape": nested(data, arrays)})


def nested(data: Any, arrays: Arrays) -> tuple[int, ...]:
    """Return the shape of nested lists and arrays, as their first items show it."""
    if arrays.kind_of(data) is not None:
        return arrays.shape_of(data)
    if is_series(data):
        return (len(data), *(nested(data[0], arrays) if data else ()))
    return ()


def _arange(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    alone = reader("arange", "end|stop, *, dtype?", start=0, step=1)
    return first_of(alone, reader("arange", "start, end|stop, step=1, dtype?"))(arrays, args, kwargs)


def _where(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read the form with three operands; `where(mask)` gives indices, whose number no shape tells."""
    return reader("where", "condition, input|x|x1, other|y|x2")(arrays, args, kwargs)


def array_functions(module: str) -> dict[str, Reader]:
    """Return table entries for the functions of a module that speaks as NumPy does (`numpy`, `keras.ops`)."""

    def of(names: str) -> str:
        return " ".join(f"{module}.{name}" for name in names.split())

    found: dict[str, Reader] = {}
    for op, names in BINARY.items():
        found |= reads(op, _PAIR, of(names))
    for op in sorted(UNARY):
        found |= reads(op, "input|x|a", of(_SAME.get(op, op)))
    for op in ("sum", "mean", "prod", "all", "any", "amax", "amin", "argmax", "argmin", "var", "std", "count_nonzero"):
        found |= reads(op, _REDUCED, of(op))
    for op, name in (("amax", "max"), ("amin", "min"), ("median", "median")):
        found |= reads(op, _REDUCED, of(name))
    for table in (
        reads("matmul", _PAIR, of("matmul")),
        dict.fromkeys(of("dot").split(), dotted),
        reads("outer", _PAIR, of("outer")),
        reads("inner", _PAIR, of("inner")),
        reads("tensordot", f"{_PAIR}, dims|axes=2", of("tensordot")),
        dict.fromkeys(of("einsum").split(), _einsum),
        reads("reshape", "input|a|x, *shape|newshape", of("reshape")),
        reads("flatten", "input|a|x", of("ravel")),
        reads("unsqueeze", "input|a|x, dim|axis", of("expand_dims")),
        reads("squeeze", "input|a|x, dim|axis=None", of("squeeze")),
        dict.fromkeys(of("transpose").split(), transposed),
        reads("transpose", "input|a|x, dim0|axis1, dim1|axis2", of("swapaxes")),
        reads("movedim", "input|a|x, source, destination", of("moveaxis")),
        reads("expand", "input|array|x, *shape", of("broadcast_to")),
        reads("tile", "input|A|x, *repeats|reps", of("tile")),
        reads("repeat_interleave", "input|a|x, repeats, dim|axis=None", of("repeat")),
        reads("cat", "tensors|arrays|xs|tup, dim|axis=0", of("concatenate concat")),
        reads("stack", "tensors|arrays|x, dim|axis=0", of("stack")),
        *(reads(op, "tensors|tup|xs", of(op)) for op in ("hstack", "vstack", "dstack")),
        reads("tensor_split", "input|ary|x, sections|indices_or_sections, dim|axis=0", of("split array_split")),
        reads("roll", "input|a|x, shifts|shift, dims|axis=None", of("roll")),
        reads("flip", "input|m|x, dims|axis=None", of("flip")),
        *(reads(op, "input|a|x, dim|axis=None", of(op)) for op in ("cumsum", "cumprod")),
        *(reads(op, _SIZED, of(op)) for op in ("zeros", "ones", "empty")),
        reads("full", "shape, fill_value", of("full")),
        *(reads(f"{op}_like", "input|a|x|prototype", of(f"{op}_like")) for op in ("zeros", "ones", "empty")),
        reads("eye", "n|N, m|M=None", of("eye identity")),
        reads("linspace", "start, end|stop, steps|num=50", of("linspace")),
        dict.fromkeys(of("arange").split(), _arange),
        dict.fromkeys(of("array asarray convert_to_tensor").split(), _from_data),
        dict.fromkeys(of("where").split(), _where),
        reads("clamp", "input|a|x, min|a_min|x_min?, max|a_max|x_max?", of("clip")),
    ):
        found |= table
    return found


def array_methods(kind: str) -> dict[str, Reader]:
    """Return table entries for the methods of arrays that have NumPy's (`ndarray`, JAX' `Array`)."""
    reduced = "input, dim|axis=None, *, keepdim|keepdims=False"

    def of(names: str) -> str:
        return " ".join(f"{kind}.{name}" for name in names.split())

    return {
        **{f"{kind}.{op}": reader(op, "input") for op in sorted(UNARY)},
        **{f"{kind}.{op}": reader(op, reduced) for op in "sum mean prod all any argmax argmin var std".split()},
        **reads("amax", reduced, of("max")),
        **reads("amin", reduced, of("min")),
        f"{kind}.dot": dotted,
        **reads("reshape", "input, *shape|newshape, order?", of("reshape")),
        **reads("flatten", "input, order?", of("ravel flatten")),
        **reads("squeeze", "input, dim|axis=None", of("squeeze")),
        **reads("transpose", "input, dim0|axis1, dim1|axis2", of("swapaxes")),
        **reads("repeat_interleave", "input, repeats, dim|axis=None", of("repeat")),
        **reads("to", "input, dtype", of("astype")),
        **reads("clone", "input", of("copy")),
        **reads("reverse-axes", "input", of("T")),
        f"{kind}.transpose": transposed,
    }


def softmaxes(module: str) -> dict[str, Reader]:
    """Return table entries for a module's softmax and what is kin to it (`jax.nn`, `keras.ops`)."""
    return {
        **{f"{module}.{op}": reader(op, "input|x, dim|axis=-1, where?") for op in ("softmax", "log_softmax")},
        **reads("logsumexp", "input|a|x, dim|axis=None, *, keepdim|keepdims=False", f"{module}.logsumexp"),
        **reads("one_hot", "input|x, num_classes, *rest?, dtype?, axis=-1", f"{module}.one_hot"),
        **{f"{module}.{op}": reader(op, "input|x") for op in ("relu", "sigmoid", "softplus", "silu", "gelu", "tanh")},
    }


def dotted(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `dot`: a product of matrices, and of more axes one that pairs every row with every column."""
    found = reader("matmul", f"{_PAIR}, out?")(arrays, args, kwargs)
    if found is None or not {"left", "right"} <= found.operands.keys():
        return reader("mul", f"{_PAIR}, out?")(arrays, args, kwargs)
    left, right = (len(arrays.shape_of(found.operands[role])) for role in ("left", "right"))
    if 0 in (left, right):
        found.op = "mul"
    elif max(left, right) > 2 and right > 1:
        found.op, found.params = "tensordot", {"dims": ([left - 1], [right - 2])}
    return found


def transposed(arrays: Arrays, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a transposition: of the axes given, loose or as one sequence, or of all in reverse."""
    given = reader("permute", "input|a|x, *dims|axes")(arrays, args, kwargs)
    if given is None or given.params.get("dims") is None:
        return reader("reverse-axes", "input|a|x, axes?")(arrays, args[:1], {})
    return given
