"""Broadcasting: element-wise operations, in-place ones, expand."""

from __future__ import annotations

from axiswise.algebra.broadcasting import first_clash
from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, rank, size
from axiswise.frontends.messages.wording import Family
from axiswise.frontends.torch.messages.placement import element_type

family = Family()


def clash(op: str, left: Shape, right: Shape, kind: str = "broadcast") -> Conflict | None:
    """Return the conflict of two shapes that do not broadcast together; None when they do."""
    axes = first_clash(left, right)
    if axes is None:
        return None
    shapes = {"left": left, "right": right}
    return conflict(kind, op, shapes, size("left", axes[0], left[axes[0]]), size("right", axes[1], right[axes[1]]))


@family.reads(
    "The size of tensor a ({a:int}) must match the size of tensor b ({b:int}) at non-singleton dimension {axis:int}"
)
def elements(a: int, b: int, axis: int) -> Conflict:
    return conflict("broadcast", "elementwise", {}, size("left", axis, a), size("right", axis, b), axis=axis)


@family.reads(
    "Attempting to broadcast a dimension of length {found:int} at {axis:int} Mismatching argument at index "
    "{index:int} "
    "had {right:shape}; but expected shape should be broadcastable to {left:shape}"
)
def broadcast_shapes(found: int, axis: int, index: int, right: Shape, left: Shape) -> Conflict | None:
    return clash("elementwise", left, right)


@family.reads("output with shape {target:shape} doesn't match the broadcast shape {result:shape}")
def grown(target: Shape, result: Shape) -> Conflict | None:
    shapes = {"left": target, "result": result}
    if len(target) != len(result):
        return conflict(
            "inplace", "elementwise", shapes, size("left", -1, len(target)), size("result", -1, len(result))
        )
    for axis, (a, b) in enumerate(zip(target, result, strict=True)):
        if a != b:
            return conflict("inplace", "elementwise", shapes, size("left", axis, a), size("result", axis, b))
    return None


@family.reads(
    "The expanded size of the tensor ({wanted:int}) must match the existing size ({found:int}) at "
    "non-singleton dimension "
    "{axis:int}. Target sizes: {target:shape}. Tensor sizes: {shape:shape}",
    "The expanded size of the tensor ({wanted:int}) must match the existing size ({found:int}) at "
    "non-singleton dimension {axis:int}",
)
def expanded(wanted: int, found: int, axis: int, target: Shape = (), shape: Shape = ()) -> Conflict:
    at = axis - len(target) + len(shape) if shape else axis
    shapes = {"input": shape} if shape else {}
    params = {"shape": target} if target else {}
    return conflict("expand", "expand", shapes, size("input", at, found), size("", axis, wanted, "shape", axis), params)


@family.reads(
    "size={target:shape}): the number of sizes provided ({wanted:int}) must be greater or equal to the "
    "number of dimensions "
    "in the tensor ({found:int})",
    "the number of sizes provided ({wanted:int}) must be greater or equal to the number of dimensions in the "
    "tensor ({found:int})",
)
def expanded_rank(wanted: int, found: int, target: Shape = ()) -> Conflict:
    params = {"shape": target} if target else {}
    left, right = size("input", -1, found), size("", -1, wanted, "shape")
    return conflict("rank", "expand", {}, left, right, params, allowed=(f"{wanted} or fewer",))


@family.reads("{op:word} expected condition to be a boolean tensor, but got a tensor with dtype {dtype:type}")
def condition(op: str, dtype: str) -> Conflict:
    return conflict("dtype", op, wanted=("bool",), found=element_type(dtype))


@family.reads("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
def repeated() -> Conflict:
    return rank("repeat", "input", -1)
