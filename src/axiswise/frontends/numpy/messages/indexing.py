"""Indices, masks and assignments."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.keras.messages.merging import clash
from axiswise.frontends.messages.found import conflict, size
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "index {index:int} is out of bounds for axis {axis:int} with size {length:int}",
    "index {index:int} is out of bounds for size {length:int}",
)
def bounds(index: int, length: int, axis: int = 0) -> Conflict:
    left, right = size("", -1, index, "index"), size("input", axis, length)
    return conflict("index-range", "index", {}, left, right, length=length)


@family.reads(
    "too many indices for array: array is {axes:int}-dimensional, but {given:int} were indexed",
    "too many indices for array",
)
def too_many(axes: int = -1, given: int = -1) -> Conflict:
    allowed = (f"{max(given, axes + 1)} or more",) if given >= 0 else ()
    return conflict("rank", "index", {}, size("input", -1, axes), size("", -1, given, "index"), allowed=allowed)


@family.reads(
    "boolean index did not match indexed array along axis {axis:int}; size of axis is {length:int} but size of "
    "corresponding boolean axis is {found:int}",
    "boolean index did not match indexed array along dimension {axis:int}; dimension is {length:int} but corresponding "
    "boolean dimension is {found:int}",
)
def mask(axis: int, length: int, found: int) -> Conflict:
    return conflict("index-shape", "index", {}, size("index", axis, found), size("input", axis, length))


@family.reads("indexing arrays could not be broadcast together with shapes {left:shape} {right:shape}")
def index_broadcast(left: Shape, right: Shape) -> Conflict:
    found = clash("index", left, right)
    return conflict("index-shape", "index", {"index.0": left, "index.1": right}, found.left, found.right)


@family.reads(
    "value array of shape {value:shape} could not be broadcast to indexing result of shape {target:shape}",
    "could not broadcast input array from shape {value:shape} into shape {target:shape}",
)
def assigned(value: Shape, target: Shape) -> Conflict:
    shapes = {"left": target, "right": value}
    whole = size("left", -1, len(target)), size("right", -1, len(value))
    found = clash("setitem", target, value)
    left, right = (found.left, found.right) if len(value) <= len(target) and found.left is not None else whole
    return conflict("inplace", "setitem", shapes, left, right)


@family.reads(
    "NumPy boolean array indexing assignment cannot assign {given:int} input values to the {wanted:int} output values "
    "where the mask is true"
)
def masked(given: int, wanted: int) -> Conflict:
    return conflict("inplace", "setitem", {}, size("left", 0, wanted), size("right", 0, given))
