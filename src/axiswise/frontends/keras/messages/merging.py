"""Layers and functions that take several tensors: merges, concatenations, stacks, broadcasting, attention."""

from __future__ import annotations

from axiswise.algebra.broadcasting import first_clash
from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, first_difference, layered, rank, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


def clash(op: str, left: Shape, right: Shape) -> Conflict:
    """Return the conflict of two shapes that do not broadcast together; an unknown size fits any."""
    shapes = {"left": left, "right": right}
    known = [tuple(1 if length < 0 else length for length in shape) for shape in (left, right)]
    axes = first_clash(known[0], known[1])
    if axes is None:
        return conflict("broadcast", op, shapes)
    return conflict(
        "broadcast", op, shapes, size("left", axes[0], left[axes[0]]), size("right", axes[1], right[axes[1]])
    )


def joined(shapes: list[Shape], dim: int | None = None) -> Conflict:
    """Return the conflict of tensors that are joined along an axis, the last where the text does not tell which."""
    operands = {f"tensors.{place}": shape for place, shape in enumerate(shapes)}
    first, params = shapes[0], {"dim": dim} if dim is not None else {}
    for place, other in enumerate(shapes[1:], 1):
        role = f"tensors.{place}"
        if len(other) != len(first):
            left, right = size(role, -1, len(other)), size("tensors.0", -1, len(first))
            return conflict("rank", "cat", operands, left, right, params, allowed=(len(first),))
        joins = (dim if dim is not None else -1) % max(len(first), 1)
        pairs = enumerate(zip(first, other, strict=True))
        axis = next((at for at, (a, b) in pairs if a != b and min(a, b) >= 0 and at != joins), None)
        if axis is not None:
            return conflict(
                "join", "cat", operands, size("tensors.0", axis, first[axis]), size(role, axis, other[axis])
            )
    return conflict("join", "cat", operands)


@family.reads(
    "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. Received: "
    "input_shape=[{a:shape}, {b:shape}]",
    "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. Received: "
    "input_shape=[{a:shape}, {b:shape}, {c:shape}",
    "A `Concatenate` layer requires inputs with matching shapes except for the concat axis. Got inputs shapes: "
    "[{a:shape}, {b:shape}]",
    "A `Concatenate` layer requires inputs with matching shapes except for the concat axis. Got inputs shapes: "
    "[{a:shape}, {b:shape}, {c:shape}",
    "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. Received: "
    "input_shape={a:shape}, {b:shape}",
)
def concatenated(a: Shape, b: Shape, c: Shape | None = None) -> Conflict | None:
    shapes = [a, b] if c is None else [a, b, c]
    return layered(joined(shapes), "Concatenate", "concatenate") if a and b else None


@family.reads(
    "Every value in `xs` must have the same shape except on the `axis` dim. But found element of shape {b:shape}, "
    "which is different from the first element's shape {a:shape}"
)
def concatenated_function(a: Shape, b: Shape) -> Conflict | None:
    if len(a) != len(b):
        return joined([a, b])
    axis = first_difference(a, b)
    if axis is None:
        return None
    shapes = {"tensors.0": a, "tensors.1": b}
    return conflict("join", "cat", shapes, size("tensors.0", axis, a[axis]), size("tensors.1", axis, b[axis]))


@family.reads(
    "Every value in `x` must have the same shape. But found element of shape {b:shape}, which is different from the "
    "first element's shape {a:shape}"
)
def stacked(a: Shape, b: Shape) -> Conflict | None:
    return unequal("stack", "stack", ("tensors.0", "tensors.1"), a, b)


@family.reads(
    "Inputs have incompatible shapes. Received shapes {left:shape} and {right:shape}",
)
def merged(left: Shape, right: Shape) -> Conflict:
    return clash("elementwise", left, right)


@family.reads(
    "Cannot broadcast shape, the failure dim has value {a:int}, which cannot be broadcasted to {b:int}. Input shapes "
    "are: {left:shape} and {right:shape}"
)
def broadcast(a: int, b: int, left: Shape, right: Shape) -> Conflict:
    return clash("elementwise", left, right)


@family.reads(
    "A merge layer should be called on a list of at least {wanted:int} inputs. Received {found:int} inputs",
    "A merge layer should be called on a list of at least {wanted:int} inputs. Got {found:int} inputs",
    "A merge layer should be called on a list of at least {wanted:int} input",
    "A merge layer should be called on a list of inputs",
    "A `Concatenate` layer should be called on a list of at least {wanted:int} input",
    "A `Concatenate` layer should be called on a list of inputs",
    "A `Dot` layer should be called on a list of {wanted:int} inputs",
)
def alone(wanted: int = 2, found: int = 1) -> Conflict:
    return conflict("other", "merge", {}, size("tensors", -1, found), size("", -1, wanted), tensors=found)


@family.reads(
    "Incompatible input shapes: axis values {a:int} (at axis {i:int}) != {b:int} (at axis {j:int}). Full input shapes: "
    "{left:shape}, {right:shape}",
    "Dimension incompatibility {a:int} != {b:int}. Layer shapes: {left:shape}, {right:shape}",
)
def dotted(a: int, b: int, left: Shape, right: Shape, i: int = -1, j: int = -1) -> Conflict:
    shapes = {"left": left, "right": right}
    return conflict("contraction", "tensordot", shapes, size("left", i, a), size("right", j, b))


@family.reads(
    "Inner dimensions (`x1.shape[-1]` and `x2.shape[-2]`) must be equal, but received `x1.shape={left:shape}` and "
    "`x2.shape={right:shape}`",
    "Inner dimensions (`x1.shape[{i:int}]` and `x2.shape[{j:int}]`) must be equal, but received "
    "`x1.shape={left:shape}` and `x2.shape={right:shape}`",
)
def matrices(left: Shape, right: Shape, i: int = -1, j: int = -2) -> Conflict | None:
    if not left or not right:
        return None
    at = max(len(right) - 2, 0)
    shapes = {"left": left, "right": right}
    return conflict(
        "contraction", "matmul", shapes, size("left", len(left) - 1, left[-1]), size("right", at, right[at])
    )


@family.reads(
    "All dimensions of `value` and `key`, except the last one, must be equal. Received: value_shape={value:shape} and "
    "key_shape={key:shape}",
    "All dimensions of `value` and `key`, except the last one, must be equal. Received {value:shape} and {key:shape}",
)
def key_value(value: Shape, key: Shape) -> Conflict | None:
    return unequal("attention-batch", "multihead_attention", ("key", "value"), key, value)


@family.reads(
    "The query_shape and value_shape must have the same last dimension {note:text} {query:shape}, {value:shape}",
    "`query` and `value` must have the same embedding dimension {note:text} {query:shape} {value:shape}",
)
def widths(query: Shape, value: Shape, note: str = "") -> Conflict | None:
    return unequal("embedding", "multihead_attention", ("query", "value"), query[-1:], value[-1:])


@family.reads("Cannot squeeze axis {axis:int}, because the dimension is not 1")
def squeezed(axis: int) -> Conflict:
    return conflict("other", "squeeze", {}, size("input", axis, -1), size("", -1, 1))


@family.reads(
    "axis must be a list of the same length as the input shape, expected {axes:int}, but received {dims:int}",
    "Length of `dims` must match the rank of the input. Received {dims:int} for {axes:int}",
)
def permuted(axes: int, dims: int) -> Conflict:
    return conflict("permutation", "permute", {}, size("input", -1, axes), size("", -1, dims, "dims"))


@family.reads(
    "Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be consecutive and start "
    "from 1"
)
def permuted_layer() -> Conflict:
    return conflict("permutation", "permute", {}, None, size("", -1, -1, "dims"))


@family.reads(
    "`x` size on given `axis` must be divisible by `indices_or_sections` when `indices_or_sections` is an int. But "
    "received {length:int} and {parts:int}"
)
def split(length: int, parts: int) -> Conflict:
    return conflict("split", "split", {}, size("input", -1, length), size("", -1, parts, "sections"), divisor=parts)


@family.reads("axis {axis:int} is out of bounds for an array with dimension {axes:int}")
def axis_number(axis: int, axes: int) -> Conflict:
    return conflict("axis-range", "", {}, size("", -1, axis, "axis"), lowest=-axes, highest=axes - 1, axes=axes)


@family.reads(
    "Values in `cropping` argument should be smaller than the corresponding spatial dimension of the input. Received: "
    "input_shape={shape:shape}, cropping={cropping:text})"
)
def cropped(shape: Shape, cropping: str) -> Conflict:
    return conflict("window", "crop", {"input": shape}, size("input", -1, -1))


@family.reads(
    "FBetaScore expects 2D inputs with shape (batch_size, output_dim). Received input shapes: "
    "y_pred.shape={given:shape} and y_true.shape={target:shape}"
)
def scored(given: Shape, target: Shape) -> Conflict | None:
    role, shape = ("target", target) if len(target) != 2 else ("input", given)
    return rank("metric", role, len(shape), 2, shape=shape)
