"""Products that contract an axis: matmul, bmm, mv, dot, linear algebra."""

from __future__ import annotations

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, first_difference, rank, size, unequal
from axiswise.frontends.messages.wording import UNKNOWN_SIZE, Family

family = Family()


def _contraction(op: str, left: Shape, right: Shape) -> Conflict:
    i, j = len(left) - 1, max(len(right) - 2, 0)
    shapes = {"left": left, "right": right}
    return conflict("contraction", op, shapes, size("left", i, left[-1]), size("right", j, right[j]))


@family.reads(
    "mat1 and mat2 shapes cannot be multiplied ({left:shape} and {right:shape})",
    "a and b must have same reduction dim, but got {left:shape} X {right:shape}",
    "size mismatch, m1: {left:shape}, m2: {right:shape}",
    "multi_dot(): tensors {first:int} and {second:int} with shapes {left:shape} and {right:shape} cannot be multiplied",
)
def matrices(left: Shape, right: Shape, first: int = 0, second: int = 1) -> Conflict | None:
    return _contraction("matmul", left, right) if left and right else None


@family.reads("Incompatible matrix sizes for bmm ({left:shape} and {right:shape})")
def added_products(left: Shape, right: Shape) -> Conflict | None:
    if len(left) != 2 or len(right) != 2:
        return None
    return conflict("contraction", "addbmm", {}, size("left", 2, left[1]), size("right", 1, right[0]))


@family.reads(
    "Expected size for first two dimensions of batch2 tensor to be: {wanted:shape} but got: {found:shape}",
)
def batches_of_matrices(wanted: Shape, found: Shape) -> Conflict | None:
    if len(wanted) != 2 or len(found) != 2:
        return None
    shapes = {"left": (wanted[0], UNKNOWN_SIZE, wanted[1]), "right": (*found, UNKNOWN_SIZE)}
    if wanted[1] != found[1]:
        return conflict("contraction", "bmm", shapes, size("left", 2, wanted[1]), size("right", 1, found[1]))
    return conflict("batch", "bmm", shapes, size("left", 0, wanted[0]), size("right", 0, found[0]))


@family.reads(
    "Expected tensor to have size {wanted:int} at dimension {axis:int}, but got size {found:int} for argument 2 batch2"
)
def older_batches(wanted: int, axis: int, found: int) -> Conflict:
    kind, left = ("batch", 0) if axis == 0 else ("contraction", 2)
    return conflict(kind, "bmm", {}, size("left", left, wanted), size("right", axis, found))


@family.reads(
    "Got batch dimensions of {left:shape} and {right:shape}", "batch dimensions must match: {left:shape}, {right:shape}"
)
def batch_axes(left: Shape, right: Shape) -> Conflict | None:
    axis = first_difference(left, right)
    return (
        None
        if axis is None
        else conflict("batch", "bmm", {}, size("left", axis, left[axis]), size("right", axis, right[axis]))
    )


@family.reads(
    "size mismatch, got input {rows:shape}, mat {left:shape}, vec {right:shape}",
    "size mismatch, got input {left:shape}, vec {right:shape}",
)
def vectors(left: Shape, right: Shape, rows: Shape = ()) -> Conflict | None:
    return _contraction("mv", left, right) if left and right else None


@family.reads("inconsistent tensor size, expected tensor {left:shape} and src {right:shape}")
def dots(left: Shape, right: Shape) -> Conflict | None:
    return _contraction("dot", left, right) if left and right else None


@family.reads(
    "inner() the last dimension must match on both input tensors but got shapes {left:shape} and {right:shape}"
)
def inner(left: Shape, right: Shape) -> Conflict | None:
    return unequal("contraction", "inner", ("left", "right"), left[-1:], right[-1:])


@family.reads(
    "contracted dimensions need to match, but first has size {a:int} in dim {i:int} and second has size "
    "{b:int} in dim {j:int}"
)
def tensordot(a: int, i: int, b: int, j: int) -> Conflict:
    return conflict("contraction", "tensordot", {}, size("left", i, a), size("right", j, b))


@family.reads(
    "bilinear(): input{number:int} size does not match weight size: got {found:int} but expected {wanted:int}"
)
def bilinear(number: int, found: int, wanted: int) -> Conflict:
    role = "left" if number == 1 else "right"
    return conflict(
        "contraction", "bilinear", {}, size(role, -1, found), size("weight", number, wanted, f"in{number}_features")
    )


@family.reads("must have the same number of columns. X1: {a:int} X2: {b:int}")
def distances(a: int, b: int) -> Conflict:
    return conflict("contraction", "cdist", {}, size("left", -1, a), size("right", -1, b))


@family.reads("{op:word}: Incompatible shapes of A and B for the equation AX = B ({left:shape} and {right:shape})")
def equations(op: str, left: Shape, right: Shape) -> Conflict | None:
    return unequal("contraction", op.removeprefix("linalg."), ("left", "right"), left[:1], right[:1])


@family.reads("{op:word}: A must be batches of square matrices, but they are {rows:int} by {columns:int} matrices")
def square(op: str, rows: int, columns: int) -> Conflict:
    return conflict(
        "square",
        op.removeprefix("linalg."),
        {"input": (rows, columns)},
        size("input", -2, rows),
        size("input", -1, columns),
    )


@family.reads("batch{number:int} must be a 3D tensor")
def batched(number: int) -> Conflict:
    return rank("bmm", "left" if number == 1 else "right", -1, 3)


@family.reads("mat{number:int} must be a matrix", "mat{number:int} must be a matrix, got {found:int}-D tensor")
def plain_matrices(number: int, found: int = -1) -> Conflict:
    return rank("mm", "left" if number == 1 else "right", found, 2)


@family.reads("{name:word} must be 2D")
def meta_matrices(name: str) -> Conflict | None:
    return rank("mm", "left" if name == "a" else "right", -1, 2) if name in ("a", "b") else None


@family.reads("both arguments to matmul need to be at least 1D, but they are {left:int}D and {right:int}D")
def matmul_ranks(left: int, right: int) -> Conflict:
    return rank("matmul", *(("left", left) if left == 0 else ("right", right)), "1 or more")


@family.reads("1D tensors expected, but got {left:int}D and {right:int}D tensors")
def dot_ranks(left: int, right: int) -> Conflict:
    return rank("dot", *(("left", left) if left != 1 else ("right", right)), 1)


@family.reads(
    "vector + matrix @ vector expected, got {added:int}, {left:int}, {right:int}",
    "matrix @ vector expected, got {left:int}, {right:int}",
)
def mv_ranks(left: int, right: int, added: int = 1) -> Conflict:
    return rank("mv", "left", left, 2) if left != 2 else rank("mv", "right", right, 1)


@family.reads("{op:word}: Expected 1-D argument {name:word}, but got {found:int}-D")
def outer(op: str, name: str, found: int) -> Conflict:
    return rank(op, "left" if name == "self" else "right", found, 1)
