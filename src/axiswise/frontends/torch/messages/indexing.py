"""Indices, masks, gather and scatter, embedding tables."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, rank, size
from axiswise.frontends.messages.wording import Family
from axiswise.frontends.torch.messages.broadcasting import clash

family = Family()


@family.reads(
    "index {index:int} is out of bounds for dimension {axis:int} with size {length:int}",
)
def bounds(index: int, axis: int, length: int) -> Conflict:
    return conflict(
        "index-range", "index", {}, size("", -1, index, "index"), size("input", axis, length), length=length
    )


@family.reads("index {index:int} out of range for tensor of size {shape:shape} at dimension {axis:int}")
def selected(index: int, shape: Shape, axis: int) -> Conflict | None:
    if not -len(shape) <= axis < len(shape):
        return None
    right = size("input", axis, shape[axis])
    return conflict("index-range", "select", {"input": shape}, size("", -1, index, "index"), right, length=shape[axis])


@family.reads("out of range: tried to access index {index:int} on a tensor of {length:int} elements")
def taken(index: int, length: int) -> Conflict:
    return conflict("index-range", "take", {}, size("", -1, index, "index"), size("input", -1, length), length=length)


@family.reads(
    "index out of range in self",
    "selected index k out of range",
    "k not in range for dimension",
    "index out of range: Tried to access index {index:int} out of table with {highest:int} rows",
)
def unknown_bounds(index: int = -1, highest: int = -1) -> Conflict:
    if highest < 0:
        return conflict("index-range", "embedding")
    left, right = size("", -1, index, "index"), size("weight", 0, highest + 1)
    return conflict("index-range", "embedding", {}, left, right, length=highest + 1)


@family.reads("kthvalue(): selected number k out of range for dimension {axis:int}")
def kth(axis: int) -> Conflict:
    return conflict("index-range", "kthvalue", {}, None, size("input", axis, -1))


@family.reads(
    "Assertion `srcIndex < srcSelectDimSize` failed",
    "Assertion `t >= 0 && t < n_classes` failed",
    'Assertion `-sizes[i] <= index && index < sizes[i] && "index out of bounds"` failed',
)
def kernel_assertion() -> Conflict:
    return conflict("index-range", "index", device="cuda")


@family.reads(
    "too many indices for tensor of dimension {axes:int}",
)
def too_many(axes: int, given: int = -1) -> Conflict:
    return conflict(
        "rank",
        "index",
        {},
        size("input", -1, axes),
        size("", -1, given, "index"),
        allowed=(f"{max(given, axes + 1)} or more",),
    )


@family.reads(
    "The shape of the mask {mask:shape} at index {i:int} does not match the shape of the indexed tensor "
    "{shape:shape} at index {j:int}"
)
def mask(mask: Shape, i: int, shape: Shape, j: int) -> Conflict | None:
    if not (0 <= i < len(mask) and 0 <= j < len(shape)):
        return None
    return conflict(
        "index-shape", "index", {"index": mask, "input": shape}, size("index", i, mask[i]), size("input", j, shape[j])
    )


@family.reads(
    "indexing tensors could not be broadcast together with shapes {left:shape}, {right:shape}",
)
def index_broadcast(left: Shape, right: Shape) -> Conflict | None:
    found = clash("index", left, right)
    return found and conflict("index-shape", "index", {"index.0": left, "index.1": right}, found.left, found.right)


@family.reads(
    "value tensor of shape {value:shape} cannot be broadcast to indexing result of shape {target:shape}",
)
def assigned(value: Shape, target: Shape) -> Conflict:
    found = clash("setitem", target, value, "inplace")
    return found or conflict(
        "inplace",
        "setitem",
        {"left": target, "right": value},
        size("left", -1, len(target)),
        size("right", -1, len(value)),
    )


@family.reads(
    "expected index {index:shape} to be no larger than self {shape:shape} apart from dimension {dim:int}",
    "expected index {index:shape} to be smaller than self {shape:shape} apart from dimension {dim:int}",
    "Expected index {index:shape} to be no larger than src {shape:shape}",
    "expected index {index:shape} to be no larger than self {self:shape} apart from dimension {dim:int} and "
    "to be no larger size than src {shape:shape}",
    "expected index {index:shape} to be smaller than self {self:shape} apart from dimension {dim:int} and to "
    "be smaller size than src {shape:shape}",
)
def gathered(index: Shape, shape: Shape, dim: int = -1, self: Shape = ()) -> Conflict | None:
    for role, other in (("input", self), ("input" if not self and dim >= 0 else "src", shape)):
        for axis, (a, b) in enumerate(zip(index, other, strict=False)):
            if a > b and (axis != dim or role == "src"):
                return conflict(
                    "index-shape",
                    "gather",
                    {"index": index, role: other},
                    size("index", axis, a),
                    size(role, axis, b),
                    {"dim": dim},
                )
    return None


@family.reads(
    "Index tensor must have the same number of dimensions as {role:word} tensor",
    "input and indices should have the same number of dimensions, but got {axes:int} dimensions for input, "
    "and {found:int} dimensions for indices",
)
def gather_rank(role: str = "", axes: int = -1, found: int = -1) -> Conflict:
    return rank("gather", "index", found, *((axes,) if axes >= 0 else ()))


@family.reads("Index is supposed to be a vector")
def vector() -> Conflict:
    return rank("index_select", "index", -1, 1)


@family.reads(
    "Number of indices ({index:int}) should be equal to source.size(dim): ({source:int}), for dim: {axis:int}",
    "Number of indices ({index:int}) should be equal to source.size(dim) ({source:int})",
    "Number of indices ({index:int}) should be equal to tensor.size(dim) ({source:int}), for dim={axis:int}",
)
def added(index: int, source: int, axis: int = -1) -> Conflict:
    return conflict("index-shape", "index_add", {}, size("index", 0, index), size("source", axis, source))


@family.reads("Embeddings parameter is expected to be 2-dimensional")
def table() -> Conflict:
    return rank("embedding", "weight", -1, 2)
