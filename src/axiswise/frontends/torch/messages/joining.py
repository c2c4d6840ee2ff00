"""Tensors put together: cat, stack, batches that a loader collates."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


def _joined(a: int, b: int, number: int, dim: int, axis: int = -1, first: int = 0) -> Conflict:
    left, right = size(f"tensors.{first}", axis, a), size(f"tensors.{number}", axis, b)
    return conflict("join", "cat", {}, left, right, {"dim": dim})


@family.reads(
    "Sizes of tensors must match except in dimension {dim:int}. Expected size {a:int} but got size {b:int} "
    "for tensor number {number:int}",
    "Sizes of tensors must match except in dimension {dim:int}. Expected {a:int} in dimension {axis:int} but "
    "got {b:int} for tensor number {number:int}",
    "Sizes of tensors must match except in dimension {dim:int}. Got {a:int} and {b:int} in dimension "
    "{axis:int} (The offending index is {number:int})",
    "Sizes of tensors must match except in dimension {dim:int}. Got {a:int} and {b:int} in dimension {axis:int}",
    "Sizes of tensors must match except in dimension {dim:int}. Got {a:int} and {b:int}",
)
def cat(dim: int, a: int, b: int, number: int = 1, axis: int = -1) -> Conflict:
    return _joined(a, b, max(number, 1), dim, axis)


@family.reads(
    "Tensors must have same number of dimensions: got {a:int} and {b:int}",
    "Number of dimensions of tensors must match. Expected {a:int}-D tensors, but got {b:int}-D for tensor "
    "number {number:int}",
)
def ranks(a: int, b: int, first: int = 0, number: int = 1) -> Conflict:
    left, right = size(f"tensors.{first}", -1, a), size(f"tensors.{number}", -1, b)
    return conflict("rank", "cat", {}, right, left, allowed=(a,))


@family.reads("zero-dimensional tensor (at position {number:int}) cannot be concatenated")
def scalars(number: int) -> Conflict:
    return conflict("rank", "cat", {f"tensors.{number}": ()}, size(f"tensors.{number}", -1, 0), allowed=("1 or more",))


@family.reads(
    "stack expects each tensor to be equal size, but got {a:shape} at entry {i:int} and {b:shape} at entry {j:int}"
)
def stack(a: Shape, i: int, b: Shape, j: int) -> Conflict | None:
    return unequal("stack", "stack", (f"tensors.{i}", f"tensors.{j}"), a, b)


@family.reads("stack expects each tensor to be equal size, but got {a:shape} at entry {i:int}")
def meta_stack(a: Shape, i: int) -> Conflict:
    return conflict("stack", "stack", {f"tensors.{i}": a})


@family.reads(
    "each element in list of batch should be of equal size",
    "Size mismatch between tensors",
)
def unnamed() -> Conflict:
    return conflict("stack", "stack")


@family.reads("expected sequence of length {a:int} at dim {axis:int} (got {b:int})")
def nested(a: int, axis: int, b: int) -> Conflict:
    return conflict("stack", "tensor", {}, size("tensors.0", axis, a), size("tensors.1", axis, b))


@family.reads(
    "Expected all tensors to have the same size in the mapped dimension, got sizes {lengths:shape} for the "
    "mapped dimension"
)
def mapped(lengths: Shape) -> Conflict | None:
    other = next((index for index, length in enumerate(lengths) if length != lengths[0]), None)
    if other is None:
        return None
    return conflict(
        "batch", "vmap", {}, size("tensors.0", -1, lengths[0]), size(f"tensors.{other}", -1, lengths[other])
    )


@family.reads(
    "stack expects a non-empty TensorList",
    "expected a non-empty list of Tensors",
    "cat expects at least one tensor, but received zero",
)
def nothing() -> Conflict:
    return conflict("join", "cat", {}, None, None, tensors=0)
