"""Arrays joined, combined, multiplied and reshaped."""

from __future__ import annotations

from math import prod

from axiswise.algebra.broadcasting import first_clash
from axiswise.facts import Conflict, Shape
from axiswise.frontends.keras.messages.merging import clash
from axiswise.frontends.messages.found import conflict, rank, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


@family.reads(
    "all the input arrays must have same number of dimensions, but the array at index {first:int} has {a:int} "
    "dimension(s) and the array at index {number:int} has {b:int} dimension(s)",
    "all the input arrays must have same number of dimensions",
)
def ranks(a: int = -1, b: int = -1, first: int = 0, number: int = 1) -> Conflict:
    left, right = size(f"tensors.{first}", -1, a), size(f"tensors.{number}", -1, b)
    return conflict("rank", "cat", {}, right, left, allowed=(a,) if a >= 0 else ())


@family.reads(
    "all the input array dimensions except for the concatenation axis must match exactly, but along dimension "
    "{axis:int}, the array at index {i:int} has size {a:int} and the array at index {j:int} has size {b:int}"
)
def concatenated(axis: int, i: int, a: int, j: int, b: int) -> Conflict:
    return conflict("join", "cat", {}, size(f"tensors.{i}", axis, a), size(f"tensors.{j}", axis, b))


@family.reads("all the input array dimensions except for the concatenation axis must match exactly")
@family.reads("all the input array dimensions for the concatenation axis must match exactly")
def joined() -> Conflict:
    return conflict("join", "cat")


@family.reads("all input arrays must have the same shape")
def stacked() -> Conflict:
    return conflict("stack", "stack")


@family.reads(
    "setting an array element with a sequence. The requested array has an inhomogeneous shape after {axes:int} "
    "dimensions. The detected shape was {shape:shape}",
    "setting an array element with a sequence",
)
def ragged(axes: int = -1, shape: Shape = ()) -> Conflict:
    return conflict("stack", "array", {}, None, None, detected=shape)


@family.reads("zero-dimensional arrays cannot be concatenated")
def scalars() -> Conflict:
    return conflict("rank", "cat", {"tensors.0": ()}, size("tensors.0", -1, 0), allowed=("1 or more",))


@family.reads("need at least one array to concatenate", "need at least one array to stack")
def nothing() -> Conflict:
    return conflict("join", "cat", {}, None, None, tensors=0)


@family.reads(
    "operands could not be broadcast together with shapes {left:shape} {right:shape}",
    "operands could not be broadcast together with shapes {left:shape} {right:shape} {third:shape}",
    "Shape mismatch: objects cannot be broadcast to a single shape. Mismatch is between arg {i:int} with shape "
    "{left:shape} and arg {j:int} with shape {right:shape}",
)
def elements(left: Shape, right: Shape, third: Shape = (), i: int = 0, j: int = 1) -> Conflict | None:
    pairs = (clash("elementwise", *pair) for pair in ((left, right), (left, third), (right, third)))
    return next((found for found in pairs if found.left is not None), None)


@family.reads(
    "operands could not be broadcast together with remapped shapes {note:text}: {shape:shape} and requested shape "
    "{target:shape}"
)
def broadcast_to(note: str, shape: Shape, target: Shape) -> Conflict | None:
    axes = first_clash(shape, target)
    if axes is None:
        return None
    left, right = size("input", axes[0], shape[axes[0]]), size("", axes[1], target[axes[1]], "shape", axes[1])
    return conflict("expand", "expand", {"input": shape}, left, right, {"shape": target})


@family.reads("operand has a mismatch in its core dimension", "operands could not be broadcast together")
def unknown() -> Conflict:
    return conflict("broadcast", "elementwise")


@family.reads(
    "non-broadcastable output operand with shape {left:shape} doesn't match the broadcast shape {right:shape}"
)
def grown(left: Shape, right: Shape) -> Conflict | None:
    return unequal("inplace", "elementwise", ("left", "result"), left, right)


@family.reads(
    "{op:word}: Input operand {number:int} has a mismatch in its core dimension {axis:int}, with gufunc signature "
    "{note:text} (size {b:int} is different from {a:int})"
)
def core(op: str, number: int, axis: int, note: str, b: int, a: int) -> Conflict:
    return conflict("contraction", "matmul", {}, size("left", -1, a), size("right", axis, b))


@family.reads(
    "shapes {left:shape} and {right:shape} not aligned: {a:int} (dim {i:int}) != {b:int} (dim {j:int})",
    "shapes {left:shape} and {right:shape} not aligned",
)
def aligned(left: Shape, right: Shape, a: int = 0, i: int = -1, b: int = 0, j: int = -1) -> Conflict | None:
    if not left or not right:
        return None
    i, j = (i, j) if i >= 0 else (len(left) - 1, max(len(right) - 2, 0))
    shapes = {"left": left, "right": right}
    sizes = (left[i], right[j]) if 0 <= i < len(left) and 0 <= j < len(right) else (a, b)
    return conflict("contraction", "matmul", shapes, size("left", i, sizes[0]), size("right", j, sizes[1]))


@family.reads("objects are not aligned", "matrices are not aligned")
def unaligned() -> Conflict:
    return conflict("contraction", "matmul")


@family.reads(
    "{op:word}: Input operand {number:int} does not have enough dimensions (has {found:int}, gufunc core with "
    "signature {signature:text} requires {wanted:int})"
)
def core_rank(op: str, number: int, found: int, signature: str, wanted: int) -> Conflict:
    return rank(op, "right" if number else "left", found, f"{wanted} or more")


@family.reads("shape-mismatch for sum")
def summed() -> Conflict:
    return conflict("contraction", "tensordot")


@family.reads("cannot reshape array of size {elements:int} into shape {target:shape}")
def reshaped(elements: int, target: Shape) -> Conflict:
    asked = size("", -1, prod(length for length in target if length != -1), "shape")
    left = size("input", -1, elements)
    return conflict("numel", "reshape", {}, left, asked, {"shape": target}, inferred=-1 in target)


@family.reads("can only specify one unknown dimension")
def inferred() -> Conflict:
    return conflict("numel", "reshape", {}, None, size("", -1, -1, "shape"), inferred=True)


@family.reads("axis {axis:int} is out of bounds for array of dimension {axes:int}")
def axis_number(axis: int, axes: int) -> Conflict:
    return conflict("axis-range", "", {}, size("", -1, axis, "axis"), lowest=-axes, highest=axes - 1, axes=axes)


@family.reads("axes don't match array")
def permuted() -> Conflict:
    return conflict("permutation", "permute", {}, size("input", -1, -1), size("", -1, -1, "dims"))


@family.reads("repeated axis in transpose")
def repeated() -> Conflict:
    return conflict("permutation", "permute", {}, None, size("", -1, -1, "dims"), repeated=True)


@family.reads("array split does not result in an equal division")
def split() -> Conflict:
    return conflict("split", "split", {}, size("input", -1, -1), divisor=-1)


@family.reads("total size of new array must be unchanged")
def total() -> Conflict:
    return conflict("numel", "reshape", {}, size("input", -1, -1), size("", -1, -1, "shape"))


@family.reads("cannot select an axis to squeeze out which has size not equal to one")
def squeezed() -> Conflict:
    return conflict("other", "squeeze")


@family.reads("Last 2 dimensions of the array must be square")
def square() -> Conflict:
    return conflict("square", "inv", {}, size("input", -2, -1), size("input", -1, -1))


@family.reads("{found:int}-dimensional array given. Array must be at least two-dimensional")
@family.reads("{found:int}-dimensional array given. Array must be two-dimensional")
def matrix(found: int) -> Conflict:
    return rank("linalg", "input", found, 2)
