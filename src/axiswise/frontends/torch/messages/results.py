"""What Python itself refuses: unpacking, tuples used as tensors, several values where one is wanted."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()

TENSOR_ATTRIBUTES = frozenset(
    (
        "backward",
        "chunk",
        "contiguous",
        "cpu",
        "cuda",
        "data",
        "detach",
        "device",
        "dim",
        "dtype",
        "expand",
        "flatten",
        "float",
        "half",
        "item",
        "long",
        "max",
        "mean",
        "min",
        "ndim",
        "numel",
        "numpy",
        "permute",
        "relu",
        "repeat",
        "requires_grad",
        "reshape",
        "shape",
        "sigmoid",
        "size",
        "softmax",
        "split",
        "squeeze",
        "std",
        "sum",
        "t",
        "tanh",
        "to",
        "transpose",
        "type",
        "unsqueeze",
        "view",
    )
)


@family.reads(
    "too many values to unpack (expected {names:int}, got {found:int})",
    "too many values to unpack (expected {names:int})",
    "not enough values to unpack (expected {names:int}, got {found:int})",
    "not enough values to unpack (expected at least {names:int}, got {found:int})",
)
def unpacked(names: int, found: int = -1) -> Conflict:
    left, right = size("input", -1, found), size("", -1, names, "names")
    return conflict("unpack", "unpack", {}, left, right, names=names, found=found)


@family.reads("'{kind:word}' object has no attribute '{name:word}'")
def attribute(kind: str, name: str) -> Conflict | None:
    if kind != "tuple" or name not in TENSOR_ATTRIBUTES:
        return None
    return conflict("tuple", "attribute", {}, None, None, {"name": name}, attribute=name, container=kind)


@family.reads(
    "{op:word}(): argument '{name:word}' (position {position:int}) must be Tensor, not {kind:word}",
    "{op:word}(): argument '{name:word}' must be Tensor, not {kind:word}",
)
def argument(op: str, name: str, kind: str, position: int = -1) -> Conflict | None:
    if kind != "tuple":
        return None
    return conflict("tuple", op, {}, None, None, argument=name, container=kind)


@family.reads(
    "grad can be implicitly created only for scalar outputs",
    "Expected {note:text} to return a scalar Tensor, got tensor with {axes:int} dims",
)
def gradient(note: str = "", axes: int = -1) -> Conflict:
    return conflict("scalar", "backward", {}, size("input", -1, -1), None, axes=axes)


@family.reads(
    "Mismatch in shape: grad_output[{i:int}] has a shape of {given:shape} and output[{j:int}] has a shape of "
    "{output:shape}",
)
def gradient_shape(i: int, given: Shape, j: int, output: Shape) -> Conflict | None:
    return unequal("broadcast", "backward", ("gradient", "input"), given, output)


@family.reads(
    "a Tensor with {elements:int} elements cannot be converted to Scalar",
    "only one element tensors can be converted to Python scalars",
    "only size-1 arrays can be converted to Python scalars",
    "only length-1 arrays can be converted to Python scalars",
    "only 0-dimensional arrays can be converted to Python scalars",
    "only integer tensors of a single element can be converted to an index",
    "can only convert an array of size 1 to a Python scalar",
)
def scalar(elements: int = -1) -> Conflict:
    return conflict("scalar", "item", {}, size("input", -1, elements), None, elements=elements)


@family.reads(
    "value of Tensor with more than one value is ambiguous",
    "value of Tensor with more than one element is ambiguous",
    "truth value of an array with more than one element is ambiguous",
    "bool value of Tensor with more than one value is ambiguous",
)
def truth() -> Conflict:
    return conflict("scalar", "bool", {}, size("input", -1, -1), None)
