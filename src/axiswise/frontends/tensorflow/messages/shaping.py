"""Reshaping, joining, cutting, indexing and feeding, as TensorFlow words them eagerly and in graphs."""

from __future__ import annotations

from math import prod

from axiswise.facts import Conflict, Shape
from axiswise.frontends.keras.messages.merging import clash, joined
from axiswise.frontends.messages.found import conflict, first_difference, rank, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "Input to reshape is a tensor with {given:int} values, but the requested shape has {asked:int}",
    "Cannot reshape a tensor with {given:int} elements to shape {target:shape} ({asked:int} elements)",
    "Tried to convert 'shape' to a tensor and failed. Cannot reshape a tensor with {given:int} elements to shape "
    "{target:shape} ({asked:int} elements)",
)
def reshaped(given: int, asked: int, target: Shape = ()) -> Conflict:
    params = {"shape": target or (asked,)}
    left, right = size("input", -1, given), size("", -1, asked, "shape")
    return conflict("numel", "reshape", {}, left, right, params, inferred=-1 in target)


@family.reads(
    "Input to reshape is a tensor with {given:int} values, but the requested shape requires a multiple of {asked:int}",
    "Dimension size must be evenly divisible by {asked:int} but is {given:int}",
    "Cannot reshape a tensor with {given:int} elements to shape {target:shape}",
)
def reshaped_with_rest(given: int, asked: int = 0, target: Shape = ()) -> Conflict:
    asked = asked or abs(prod(target))
    params = {"shape": target or (-1, asked)}
    return conflict(
        "numel", "reshape", {}, size("input", -1, given), size("", -1, asked, "shape"), params, inferred=True
    )


@family.reads(
    "ConcatOp : Dimension {axis:int} in both shapes must be equal: shape[{i:int}] = {a:shape} vs. shape[{j:int}] = "
    "{b:shape}",
    "ConcatOp : Dimensions of inputs should match: shape[{i:int}] = {a:shape} vs. shape[{j:int}] = {b:shape}",
)
def concat(i: int, a: Shape, j: int, b: Shape, axis: int = -1) -> Conflict | None:
    at = axis if 0 <= axis < min(len(a), len(b)) else first_difference(a, b)
    if at is None:
        return joined([a, b]) if len(a) != len(b) else None
    roles = {f"tensors.{i}": a, f"tensors.{j}": b}
    return conflict("join", "cat", roles, size(f"tensors.{i}", at, a[at]), size(f"tensors.{j}", at, b[at]))


@family.reads(
    "ConcatOp : Ranks of all input tensors should match: shape[{i:int}] = {a:shape} vs. shape[{j:int}] = {b:shape}"
)
def concat_ranks(i: int, a: Shape, j: int, b: Shape) -> Conflict:
    shapes = {f"tensors.{i}": a, f"tensors.{j}": b}
    left, right = size(f"tensors.{j}", -1, len(b)), size(f"tensors.{i}", -1, len(a))
    return conflict("rank", "cat", shapes, left, right, allowed=(len(a),))


@family.reads(
    "All dimensions except {dim:int} must match. Input {j:int} has shape {b:shape} and doesn't match input "
    "{i:int} with shape {a:shape}"
)
def offsets(dim: int, j: int, b: Shape, i: int, a: Shape) -> Conflict:
    return joined([a, b], dim)


@family.reads(
    "Dimension {axis:int} in both shapes must be equal, but are {first:int} and {second:int}. Shapes are {a:shape} and "
    "{b:shape}. From merging shape {i:int} with other shapes. for '{node:text} with input shapes: {left:shape}, "
    "{right:shape}",
    "Dimension {axis:int} in both shapes must be equal, but are {first:int} and {second:int}. Shapes are {a:shape} and "
    "{b:shape}. for '{node:text} with input shapes: {left:shape}, {right:shape}",
    "Dimension {axis:int} in both shapes must be equal, but are {first:int} and {second:int}",
)
def merging(
    axis: int,
    first: int,
    second: int,
    a: Shape = (),
    b: Shape = (),
    node: str = "",
    left: Shape = (),
    right: Shape = (),
    i: int = 0,
) -> Conflict | None:
    if "pack" in node.lower() or "stack" in node.lower():
        return unequal("stack", "stack", ("tensors.0", "tensors.1"), left, right)
    if left and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        at = next((place for place, pair in pairs if pair == (first, second)), -1)
        shapes = {"tensors.0": left, "tensors.1": right}
        return conflict("join", "cat", shapes, size("tensors.0", at, first), size("tensors.1", at, second))
    return conflict("join", "cat", {}, size("tensors.0", axis, first), size("tensors.1", axis, second))


@family.reads(
    "Shapes of all inputs must match: values[{i:int}].shape = {a:shape} != values[{j:int}].shape = {b:shape}",
    "Cannot batch tensors with different shapes in component {note:int}. First element had shape {a:shape} and element "
    "{j:int} had shape {b:shape}",
)
def stacked(a: Shape, b: Shape, i: int = 0, j: int = 1, note: int = 0) -> Conflict | None:
    return unequal("stack", "stack", (f"tensors.{i}", f"tensors.{j}"), a, b)


@family.reads("Can't convert non-rectangular Python sequence to Tensor")
@family.reads("Argument must be a dense tensor: {data:text} - got shape {shape:shape}, but wanted {wanted:shape}")
def ragged(data: str = "", shape: Shape = (), wanted: Shape = ()) -> Conflict:
    return conflict("stack", "tensor")


@family.reads("Can not squeeze dim[{axis:int}], expected a dimension of 1, got {found:int}")
def squeezed(axis: int, found: int) -> Conflict:
    return conflict("other", "squeeze", {}, size("input", axis, found), size("", -1, 1))


@family.reads("Tried to expand dim index {axis:int} for tensor with {axes:int} dimensions")
def expanded(axis: int, axes: int) -> Conflict:
    asked = size("", -1, axis, "axis")
    return conflict("axis-range", "expand_dims", {}, asked, lowest=-axes - 1, highest=axes, axes=axes + 1)


@family.reads(
    "Invalid reduction dimension ({axis:int} for input with {axes:int} dimension(s)",
    "Invalid reduction dimension {axis:int} for input with {axes:int} dimensions",
)
def axis_number(axis: int, axes: int) -> Conflict:
    return conflict("axis-range", "reduce", {}, size("", -1, axis, "axis"), lowest=-axes, highest=axes - 1, axes=axes)


@family.reads("Expected dimension in the range [{lowest:int}, {beyond:int}), but got {axis:int}")
def axis_range(lowest: int, beyond: int, axis: int) -> Conflict:
    return conflict("axis-range", "", {}, size("", -1, axis, "axis"), lowest=lowest, highest=beyond - 1, axes=beyond)


@family.reads("transpose expects a vector of size {axes:int}. But input(1) is a vector of size {dims:int}")
def permuted(axes: int, dims: int) -> Conflict:
    return conflict("permutation", "permute", {}, size("input", -1, axes), size("", -1, dims, "dims"))


@family.reads(
    "Number of ways to split should evenly divide the split dimension, but got split_dim {axis:int} (size = "
    "{length:int}) and num_split {parts:int}"
)
def split(axis: int, length: int, parts: int) -> Conflict:
    return conflict("split", "split", {}, size("input", axis, length), size("", -1, parts, "num_split"), divisor=parts)


@family.reads("Expected multiples argument to be a vector of length {axes:int} but got length {found:int}")
def tiled(axes: int, found: int) -> Conflict:
    return rank("tile", "multiples", found, axes)


@family.reads(
    "Index out of range using input dim {dim:int}; input has only {axes:int} dims",
    "Too many indices: {given:int} indices for an input of {axes:int} dims",
)
def too_many(axes: int, dim: int = -1, given: int = -1) -> Conflict:
    wanted = dim + 1 if dim >= 0 else given
    return conflict(
        "rank", "index", {}, size("input", -1, axes), size("", -1, wanted, "index"), allowed=(f"{wanted} or more",)
    )


@family.reads("slice index {index:int} of dimension {axis:int} out of bounds")
def sliced(index: int, axis: int) -> Conflict:
    return conflict("index-range", "index", {}, size("", -1, index, "index"), size("input", axis, -1))


@family.reads(
    "indices[{place:text}] = {index:int} is not in [{low:int}, {length:int})",
    "indices{place:text} = {index:int} is not in [{low:int}, {length:int})",
)
def gathered(place: str, index: int, low: int, length: int) -> Conflict:
    table = size("weight", 0, length)
    return conflict("index-range", "embedding", {}, size("", -1, index, "index"), table, length=length, value=index)


@family.reads("indices[{place:text}] = {index:shape} does not index into param shape {shape:shape}")
def gathered_places(place: str, index: Shape, shape: Shape) -> Conflict | None:
    pairs = enumerate(zip(index, shape, strict=False))
    axis = next((at for at, (one, length) in pairs if not 0 <= one < length), None)
    if axis is None:
        return None
    left, right = size("", -1, index[axis], "index"), size("input", axis, shape[axis])
    return conflict("index-range", "index", {"input": shape}, left, right, length=shape[axis])


@family.reads(
    "Cannot feed value of shape {found:shape} for Tensor {name:text}, which has shape {wanted:shape}",
)
def fed(found: Shape, name: str, wanted: Shape) -> Conflict | None:
    if found == wanted:
        return None
    shapes, written = {"input": found, "placeholder": wanted}, {"spelled": False}
    axis = first_difference(found, wanted)
    if len(found) != len(wanted):
        return conflict(
            "feed", "feed", shapes, size("input", -1, len(found)), size("placeholder", -1, len(wanted)), written
        )
    if axis is not None:
        left, right = size("input", axis, found[axis]), size("placeholder", axis, wanted[axis])
        return conflict("feed", "feed", shapes, left, right, written)
    return None


@family.reads(
    "Cannot assign value to variable '{name:text}': Shape mismatch.The variable shape {built:shape}, and the assigned "
    "value shape {stored:shape} are incompatible",
    "Cannot assign to variable {name:text} due to variable shape {built:shape} and value shape {stored:shape} are "
    "incompatible",
    "Assign requires shapes of both tensors to match. lhs shape= {built:shape} rhs shape= {stored:shape}",
)
def assigned(built: Shape, stored: Shape, name: str = "") -> Conflict | None:
    return unequal("weights", "load_weights", ("stored", "parameter"), stored, built, name=name.strip(" '"))


@family.reads("Dimensions {a:int} and {b:int} are not compatible")
def compatible(a: int, b: int) -> Conflict:
    return conflict("batch", "dataset", {}, size("tensors.0", 0, a), size("tensors.1", 0, b))


@family.reads(
    "Shape of tensor {name:word} {found:shape} is not compatible with expected shape {wanted:shape}",
    "The tensor's shape {found:shape} is not compatible with the expected shape {wanted:shape}",
)
def ensured(found: Shape, wanted: Shape, name: str = "") -> Conflict:
    return clash("elementwise", found, wanted)


@family.reads("'images' must have either {low:int} or {high:int} dimensions")
def images(low: int, high: int) -> Conflict:
    return rank("resize", "input", -1, low, high)


@family.reads(
    "Can not cast TensorSpec(shape={found:shape}, dtype={a:text}) to TensorSpec(shape={wanted:shape}, dtype={b:text})"
)
def signature(found: Shape, a: str, wanted: Shape, b: str) -> Conflict | None:
    if len(found) != len(wanted):
        return rank("tf.function", "input", len(found), len(wanted), shape=found)
    axis = first_difference(found, wanted)
    if axis is None:
        return None
    return conflict(
        "other", "tf.function", {"input": found}, size("input", axis, found[axis]), size("", -1, wanted[axis])
    )


@family.reads(
    "The shape invariant specified for {name:text} is not compatible with the initial shape of the loop variable",
    "The shape invariant specified for {name:text} is not compatible with the initial shape of the loop variable. "
    "It enters the loop with shape {a:shape}, but the specified shape invariant is {b:shape}",
    "initial_value must have a shape specified: Tensor({name:quoted}",
)
def unshaped(name: str, a: Shape = (), b: Shape = ()) -> Conflict:
    return conflict("other", "", {"tensors.0": a, "tensors.1": b} if a or b else {})
