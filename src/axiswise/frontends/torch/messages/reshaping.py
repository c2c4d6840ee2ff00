"""Reshapes, views, permutations, splits, and axis numbers."""

from __future__ import annotations

from math import prod

from axiswise.facts import AxisUse, Conflict, Shape
from axiswise.frontends.messages.found import conflict, rank, size
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "shape '{target:shape}' is invalid for input of size {elements:int}",
    "shape '{target:shape}' is invalid for input with {elements:int} elements",
    "cannot reshape tensor of {elements:int} elements into shape {target:shape}",
    "invalid argument 2: size '{target:shape}' is invalid for input with {elements:int} elements",
)
def elements_of(target: Shape, elements: int) -> Conflict:
    asked = size("", -1, prod(length for length in target if length != -1), "shape")
    return conflict(
        "numel", "reshape", {}, size("input", -1, elements), asked, {"shape": target}, inferred=-1 in target
    )


@family.reads(
    "cannot reshape tensor of 0 elements into shape {target:shape} because the unspecified dimension size -1 "
    "can be any value"
)
def ambiguous(target: Shape) -> Conflict:
    return conflict(
        "numel", "reshape", {}, size("input", -1, 0), size("", -1, 0, "shape"), {"shape": target}, inferred=True
    )


@family.reads(
    "Cannot view a tensor with shape {shape:shape} and strides {strides:shape} as a tensor with shape {target:shape}"
)
def viewed(shape: Shape, strides: Shape, target: Shape) -> Conflict:
    return conflict(
        "stride", "view", {"input": shape}, size("input", -1, prod(shape)), None, {"shape": target}, strides=strides
    )


@family.reads("view size is not compatible with input tensor's size and stride")
def strided() -> Conflict:
    return conflict("stride", "view")


@family.reads("only one dimension can be inferred")
def inferred() -> Conflict:
    return conflict("numel", "reshape", {}, None, size("", -1, -1, "shape"), inferred=True)


@family.reads(
    "Provided sizes {target:shape} don't multiply up to the size of dim {axis:int} ({length:int}) in the input tensor"
)
def unflattened(target: Shape, axis: int, length: int) -> Conflict:
    asked = size("", -1, prod(part for part in target if part != -1), "sizes")
    return conflict("numel", "unflatten", {}, size("input", axis, length), asked, {"dim": axis, "sizes": target})


@family.reads("flatten() has invalid args: start_dim cannot come after end_dim")
def flattened() -> Conflict:
    return conflict("other", "flatten")


@family.reads(
    "number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. "
    "input.dim() = {axes:int} is not equal to len(dims) = {dims:int}"
)
def permuted(axes: int, dims: int) -> Conflict:
    return conflict("permutation", "permute", {}, size("input", -1, axes), size("", -1, dims, "dims"))


@family.reads("number of dims don't match in permute")
def older_permuted() -> Conflict:
    return conflict("permutation", "permute", {}, size("input", -1, -1), size("", -1, -1, "dims"))


@family.reads("permute(): duplicate dims are not allowed", "repeated dim in permute")
def repeated_axes() -> Conflict:
    return conflict("permutation", "permute", {}, None, size("", -1, -1, "dims"), repeated=True)


@family.reads(
    "t() expects a tensor with <= 2 dimensions, but self is {found:int}D",
    "t() expects a {allowed:int}D tensor, but self is {found:int}D",
)
def transposed(found: int, allowed: int = 2) -> Conflict:
    return rank("transpose", "input", found, 2)


@family.reads("tensor.{name:word} is only supported on matrices or batches of matrices. Got {found:int}-D tensor")
def matrix_transposed(name: str, found: int) -> Conflict:
    return rank("transpose", "input", found, "2 or more")


@family.reads("Dimension out of range (expected to be in range of {allowed:shape}, but got {axis:int})")
def axis_number(allowed: Shape, axis: int) -> Conflict | None:
    if len(allowed) != 2:
        return None
    return _axis_range(axis, *allowed)


def _axis_range(axis: int, lowest: int, highest: int) -> Conflict:
    return conflict(
        "axis-range", "", {}, AxisUse("", -1, axis, "dim"), lowest=lowest, highest=highest, axes=highest + 1
    )


@family.reads(
    "split_with_sizes expects split_sizes to sum exactly to {length:int} (input tensor's size at dimension "
    "{axis:int}), but got "
    "split_sizes={parts:shape}"
)
def parted(length: int, axis: int, parts: Shape) -> Conflict:
    asked = size("", -1, sum(parts), "split_sizes")
    return conflict("split", "split", {}, size("input", axis, length), asked, {"split_sizes": parts, "dim": axis})


@family.reads(
    "Halving dimension must be even, but dimension {axis:int} is size {length:int}",
)
def halved(axis: int = -1, length: int = -1) -> Conflict:
    op = "split" if length < 0 else "glu"
    return conflict("split", op, {}, size("input", axis, length), divisor=2 if op == "glu" else -1)


@family.reads("Sum of input lengths does not equal the length of the input dataset")
def split_dataset() -> Conflict:
    return conflict("split", "random_split", {}, None, size("", -1, -1, "lengths"))


@family.reads("maximum size for tensor at dimension {axis:int} is {length:int} but size is {window:int}")
def unfolded(axis: int, length: int, window: int) -> Conflict:
    return conflict("window", "unfold", {}, size("input", axis, length), size("", -1, window, "size"))


@family.reads("start ({start:int}) + length ({length:int}) exceeds dimension size ({found:int})")
def narrowed(start: int, length: int, found: int) -> Conflict:
    return conflict(
        "index-range", "narrow", {}, size("", -1, start + length, "length"), size("input", -1, found), length=found
    )


@family.reads(
    "{op:word} expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
    "input.size({axis:int})={length:int} is not divisible by {divisor:int}",
    "{op:word} expects height to be divisible by downscale_factor, but input.size({axis:int})={length:int} "
    "is not divisible by {divisor:int}",
    "{op:word} expects width to be divisible by downscale_factor, but input.size({axis:int})={length:int} is "
    "not divisible by {divisor:int}",
)
def shuffled(op: str, axis: int, length: int, divisor: int) -> Conflict:
    return conflict("split", op, {}, size("input", axis, length), size("", -1, divisor, "factor"), divisor=divisor)


@family.reads("Invalid input shape for pixel_shuffle: {shape:shape} with upscale_factor = {factor:int}")
def meta_shuffled(shape: Shape, factor: int) -> Conflict | None:
    if len(shape) < 3:
        return rank("pixel_shuffle", "input", len(shape), "3 or more", shape=shape)
    left = size("input", len(shape) - 3, shape[-3])
    return conflict(
        "split", "pixel_shuffle", {"input": shape}, left, size("", -1, factor**2, "factor"), divisor=factor**2
    )


@family.reads("Tensor must have a last dimension of size {wanted:int}")
def last_axis(wanted: int) -> Conflict:
    return conflict("other", "view_as_complex", {}, size("input", -1, -1), size("", -1, wanted))


@family.reads("shifts and dimensions must align. shifts: {shifts:int}, dims:{dims:int}")
def rolled(shifts: int, dims: int) -> Conflict:
    return conflict("other", "roll", {}, size("", -1, shifts, "shifts"), size("", -1, dims, "dims"))
