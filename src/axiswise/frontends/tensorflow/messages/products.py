"""Products, element-wise operations and losses, as TensorFlow words them eagerly and in graphs."""

from __future__ import annotations

import re

from axiswise.facts import Conflict, Shape
from axiswise.frontends.keras.messages.merging import clash
from axiswise.frontends.messages.found import conflict, first_difference, rank, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()

_PRODUCTS = ("matmul", "batchmatmul", "batchmatmulv2", "batchmatmulv3", "mklbatchmatmulv2")


def product(left: Shape, right: Shape, transposed: bool = False) -> Conflict | None:
    """Return the conflict of two shapes that cannot be multiplied; None where they can."""
    if not left or not right:
        return None
    shapes = {"left": left, "right": right}
    batch = first_difference(left[:-2], right[:-2])
    at = max(len(right) - 2 + transposed, 0)
    if left[-1] != right[at]:
        return conflict(
            "contraction", "matmul", shapes, size("left", len(left) - 1, left[-1]), size("right", at, right[at])
        )
    if batch is None:
        return None
    return conflict("batch", "matmul", shapes, size("left", batch, left[batch]), size("right", batch, right[batch]))


@family.reads(
    "Matrix size-incompatible: In[0]: {left:shape}, In[1]: {right:shape}",
    "In[0] and In[1] must have compatible batch dimensions: {left:shape} vs. {right:shape}",
    "In[0] mismatch In[1] shape: {a:int} vs. {b:int}: {left:shape} {right:shape}",
)
def matrices(left: Shape, right: Shape, a: int = 0, b: int = 0) -> Conflict | None:
    return product(left, right) or product(left, right, transposed=True)


@family.reads("In[{number:int}] ndims must be >= {wanted:int}", "In[{number:int}] is not a matrix")
def matrix_rank(number: int, wanted: int = 2) -> Conflict:
    return rank("matmul", "right" if number else "left", -1, f"{wanted} or more")


@family.reads(
    "Shape must be rank {wanted:int} but is rank {found:int} for '{node:text} with input shapes",
    "Shape must be at least rank {low:int} but is rank {found:int} for '{node:text} with input shapes",
)
def graph_rank(found: int, node: str, wanted: int = -1, low: int = -1) -> Conflict:
    return rank(_op(node), "input", found, wanted if wanted >= 0 else f"{low} or more")


def _op(node: str) -> str:
    """Return the op word of a graph's node, `{{node a/b}} = MatMul[...]` or only its name."""
    kernel = re.search(r"= (\w+)", node)
    word = (
        kernel[1] if kernel else node.strip("'{}").removeprefix("node ").split("/")[-1].rstrip("_0123456789")
    ).lower()
    return {"biasadd": "bias_add", "batchmatmulv2": "matmul"}.get(word, word)


@family.reads(
    "Dimensions must be equal, but are {a:int} and {b:int} for '{node:text} with input shapes: {left:shape}, "
    "{right:shape}",
    "Dimensions must be equal, but are {a:int} and {b:int}",
)
def graph(a: int, b: int, node: str = "", left: Shape = (), right: Shape = ()) -> Conflict | None:
    kind = next((word for word in _PRODUCTS if word in node.lower()), None)
    if kind is not None and left and right:
        return product(left, right) or product(left, right, transposed=True)
    if "softmaxcrossentropy" in node.lower() and left and right:
        return unequal("target", "cross_entropy", ("input", "target"), left, right)
    if left and right:
        return clash("elementwise", left, right)
    return conflict("broadcast", "elementwise", {}, size("left", -1, a), size("right", -1, b))


@family.reads(
    "Dimension must be {wanted:int} but is {found:int} for '{node:text} with input shapes: {left:shape}, {right:shape}",
    "Dimension must be {wanted:int} but is {found:int} for '{node:text} with input shapes: {left:shape}",
)
def graph_axis(wanted: int, found: int, node: str, left: Shape, right: Shape = ()) -> Conflict:
    if "transpose" in node.lower():
        return conflict(
            "permutation", "permute", {"input": left}, size("input", -1, len(left)), size("", -1, wanted, "dims")
        )
    if right:
        return clash("elementwise", left, right)
    return conflict("other", _op(node), {"input": left}, size("input", -1, found), size("", -1, wanted))


@family.reads("Incompatible shapes: {left:shape} vs. {right:shape}")
def elements(left: Shape, right: Shape) -> Conflict:
    return clash("elementwise", left, right)


@family.reads("required broadcastable shapes")
def unknown() -> Conflict:
    return conflict("broadcast", "elementwise")


@family.reads("condition {condition:shape}, then {left:shape}, and else {right:shape} must be broadcastable")
def where(condition: Shape, left: Shape, right: Shape) -> Conflict:
    found = clash("where", left, right)
    return found if found.left is not None else clash("where", condition, left)


@family.reads("Must provide as many biases as the last dimension of the input tensor: {bias:shape} vs. {shape:shape}")
def bias(bias: Shape, shape: Shape) -> Conflict:
    return clash("elementwise", shape, bias)


@family.reads(
    "logits and labels must be broadcastable: logits_size={given:shape} labels_size={target:shape}",
    "logits and labels must be same size: logits_size={given:shape} labels_size={target:shape}",
    "logits and labels must have the same first dimension, got logits shape {given:shape} and labels shape "
    "{target:shape}",
    "`logits` and `labels` must have the same shape, received ({given:shape} vs {target:shape})",
    "logits and labels must have the same shape ({given:shape} vs {target:shape})",
)
def losses(given: Shape, target: Shape) -> Conflict | None:
    """Read softmax losses; class numbers have the axes of the predictions but the last."""
    if len(target) == 1 and len(given) == 2 and target[0] != given[0]:
        shapes = {"input": given, "target": target}
        return conflict("target", "cross_entropy", shapes, size("input", 0, given[0]), size("target", 0, target[0]))
    return unequal("target", "loss", ("input", "target"), given, target)


@family.reads(
    "Expected dimension {wanted:int} at axis {axis:int} of the input shaped {shape:shape} but got dimension {found:int}"
)
def einsum(wanted: int, axis: int, shape: Shape, found: int) -> Conflict:
    shapes = {"operands.1": shape}
    left, right = (
        size("operands.0", -1, wanted),
        size("operands.1", axis, shape[axis] if 0 <= axis < len(shape) else found),
    )
    return conflict("contraction", "einsum", shapes, left, right)


@family.reads(
    "cannot compute {op:word} as input #{place:int}(zero-based) was expected to be a {wanted:type} tensor but is a "
    "{found:type} tensor"
)
def types(op: str, place: int, wanted: str, found: str) -> Conflict:
    names = {"float": "float32", "double": "float64", "half": "float16"}
    return conflict("dtype", op.lower(), wanted=(names.get(wanted, wanted),), found=(names.get(found, found),))


@family.reads("Input matrix must be square", "Input must be square")
def square() -> Conflict:
    return conflict("square", "inv", {}, size("input", -2, -1), size("input", -1, -1))


@family.reads("Input matrix and rhs are incompatible")
def equations() -> Conflict:
    return conflict("contraction", "solve")
