"""Element types and devices."""

from __future__ import annotations

import re

from axiswise.facts import Conflict
from axiswise.frontends.messages.found import conflict
from axiswise.frontends.messages.wording import Family

family = Family()

NAMES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "long": "int64",
    "long int": "int64",
    "int": "int32",
    "short": "int16",
    "char": "int8",
    "signed char": "int8",
    "byte": "uint8",
    "unsigned char": "uint8",
    "c10::half": "float16",
    "c10::bfloat16": "bfloat16",
    "struct c10::half": "float16",
    "struct c10::bfloat16": "bfloat16",
}
"""torch's C++ names of element types, in lower case, and the names that Python shows."""


def element_type(text: str) -> str:
    """Return `float32`, `int64`, ... for any of the names that messages use (`Float`, `torch.FloatTensor`)."""
    name = text.strip(" ().,'\"!").lower().removeprefix("torch.").removeprefix("cuda.").removesuffix("tensor")
    return NAMES.get(name, name)


def _types(op: str, found: str, *wanted: str) -> Conflict:
    return conflict("dtype", op, wanted=tuple(element_type(name) for name in wanted), found=element_type(found))


@family.reads(
    "expected scalar type {wanted:type} but found {found:type}",
    "expected scalar type {wanted:type} but got scalar type {found:type}",
    "Expected object of scalar type {wanted:type} but got scalar type {found:type} for argument",
    "Expected object of data type {wanted:type} but got data type {found:type} for argument",
    "expected object of type {wanted:type} but found type {found:type}",
    "Found dtype {found:type} but expected {wanted:type}",
    "expected target dtype to be {wanted:type} or {other:type}, but got {found:type}",
    "Expected floating point type for target with class probabilities, got {found:type}",
    "could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {found:type}",
    "result type {found:type} can't be cast to the desired output type {wanted:type}",
    "expected {what:text} to have one of the following scalar types: {wanted:type}, {other:type}; but got "
    "{found:type} instead",
    "Expected dtype {wanted:type}/{other:type} for index, but got {found:type}",
    "Promotion of {found:type}.add/sub_({wanted:type}) in in-place ops are not possible",
    "expected predicate to be {wanted:type}, got {found:type}",
)
def wanted(found: str, wanted: str = "", other: str = "", what: str = "") -> Conflict:
    return _types("", found, *(name for name in (wanted or "float32", other) if name))


@family.reads(
    "mat1 and mat2 must have the same dtype, but got {left:type} and {right:type}",
    "expected m1 and m2 to have the same dtype, but got: {left:type} != {right:type}",
    "expected mat1 and mat2 to have the same dtype, but got: {left:type} != {right:type}",
)
def products(left: str, right: str) -> Conflict:
    return _types("matmul", left, right)


@family.reads(
    "Input type ({found:type}) and weight type ({wanted:type}) should be the same",
    "Input type ({found:type}) and bias type ({wanted:type}) should be the same",
    "input dtype ({found:type}) does not match weight dtype ({wanted:type})",
    "self ({wanted:type}) and source ({found:type}) must have the same scalar type",
)
def layer(found: str, wanted: str) -> Conflict:
    left, right = found.lower().startswith("torch.cuda"), wanted.lower().startswith("torch.cuda")
    if left != right:
        return conflict("device", "", devices=("cuda" if left else "cpu", "cuda" if right else "cpu"))
    return _types("", found, wanted)


@family.reads("\"{op:word}\" not implemented for '{found:type}'")
def kernel(op: str, found: str) -> Conflict | None:
    name = re.sub(r"(?:_lastdim)?_(?:kernel|impl|cpu|cuda).*$", "", op)
    return conflict("dtype", name, wanted=(), found=element_type(found)) if element_type(found) in _KNOWN else None


_KNOWN = frozenset({*NAMES.values(), "bool", "bfloat16", "complex64", "complex128", "complexfloat", "complexdouble"})


@family.reads("tensors used as indices must be long, int, byte or bool tensors")
def index() -> Conflict:
    return conflict("dtype", "index", wanted=("int64", "int32", "uint8", "bool"), found="")


@family.reads(
    "arrays used as indices must be of integer (or boolean) type",
    "only integer scalar arrays can be converted to a scalar index",
)
def array_index() -> Conflict:
    return conflict("dtype", "index", wanted=("int64", "bool"), found="")


@family.reads("only bool and floating types of {role:word} are supported")
def mask(role: str) -> Conflict:
    return conflict("dtype", "multihead_attention", wanted=("bool", "float32"), found="", operand=role)


@family.reads("{op:word}(): Expected self.dtype to be equal to src.dtype")
def scattered(op: str) -> Conflict:
    return conflict("dtype", op, wanted=(), found="", operand="src")


@family.reads(
    "Expected all tensors to be on the same device, but found at least two devices, {first:device} and {second:device}",
    "Expected all tensors to be on the same device, but got {role:word} is on {second:device}, different "
    "from other tensors on {first:device}",
    "Tensor on device {first:device} is not on the expected device {second:device}",
    "Expected object of device type {second:device} but got device type {first:device} for argument",
    "Input tensor is at {first:device} and parameter tensor is at {second:device}",
    "Input and parameter tensors are not at the same device, found input tensor at {first:device} and "
    "parameter tensor at {second:device}",
    "Input and hidden tensors are not at the same device, found input tensor at {first:device} and hidden "
    "tensor at {second:device}",
)
def devices(first: str, second: str, role: str = "") -> Conflict:
    return conflict("device", "", devices=(first.lower(), second.lower()), operand=role)


@family.reads(
    "can't convert {first:device} device type tensor to numpy", "can't convert {first:device} tensor to numpy"
)
def array(first: str) -> Conflict:
    return conflict("device", "numpy", devices=(first.lower(), "cpu"))
