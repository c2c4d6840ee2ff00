"""Convolutions, pooling, padding, interpolation: channels, ranks and windows."""

from __future__ import annotations

import re

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict, first_difference, rank, size, unequal
from axiswise.frontends.messages.wording import Family

family = Family()


def _axes(weight: Shape) -> str:
    return f"{len(weight) - 2}d" if 3 <= len(weight) <= 5 else ""


@family.reads(
    "Given groups={groups:int}, weight of size {weight:shape}, expected input{shape:shape} to have "
    "{wanted:int} channels, but got "
    "{found:int} channels instead",
)
def channels(groups: int, weight: Shape, shape: Shape, wanted: int, found: int) -> Conflict:
    left, right = size("input", max(len(shape) - len(weight) + 1, 0), found), size("weight", 1, wanted, "in_channels")
    return conflict(
        "channels",
        f"conv{_axes(weight)}",
        {"input": shape, "weight": weight},
        left,
        right,
        {"groups": groups},
        groups=groups,
    )


@family.reads(
    "Given transposed={transposed:int}, weight of size {weight:shape}, expected input{shape:shape} to have "
    "{wanted:int} channels, but got "
    "{found:int} channels instead",
)
def transposed_channels(transposed: int, weight: Shape, shape: Shape, wanted: int, found: int) -> Conflict:
    left, right = size("input", max(len(shape) - len(weight) + 1, 0), found), size("weight", 0, wanted, "in_channels")
    return conflict("channels", f"conv_transpose{_axes(weight)}", {"input": shape, "weight": weight}, left, right)


@family.reads(
    "Expected {low:int}D (unbatched) or {high:int}D (batched) input to {op:word}, but got input of size: {shape:shape}",
)
def input_rank(low: int, high: int, op: str, shape: Shape) -> Conflict:
    return rank(op, "input", len(shape), low, high, shape=shape)


@family.reads(
    "Expected {wanted:int}-dimensional input for {note:text}-dimensional weight {weight:shape}, but got "
    "{found:int}-dimensional input of "
    "size {shape:shape} instead",
)
def older_input_rank(wanted: int, note: str, weight: Shape, found: int, shape: Shape) -> Conflict:
    found_rank = rank(f"conv{_axes(weight)}", "input", found, wanted, shape=shape)
    return conflict(
        "rank",
        found_rank.call.op,
        {"input": shape, "weight": weight},
        found_rank.left,
        allowed=found_rank.facts["allowed"],
    )


@family.reads(
    "Calculated padded input size per channel: ({shape:shape}). Kernel size: ({kernel:shape}). Kernel size "
    "can't be greater"
)
def kernel(shape: Shape, kernel: Shape) -> Conflict | None:
    axis = next((axis for axis, (a, k) in enumerate(zip(shape, kernel, strict=False)) if k > a), None)
    if axis is None:
        return None
    left, right = size("input", axis - len(shape), shape[axis]), size("", -1, kernel[axis], "kernel_size", axis)
    return conflict("window", f"conv{len(shape)}d", {}, left, right, {"kernel_size": kernel}, padded=shape)


@family.reads(
    "Given input size: ({shape:shape}). Calculated output size: ({result:shape}). Output size is too small",
    "Given input size: ({shape:shape}). Calculated output size: ({result:shape}).",
)
def empty_output(shape: Shape, result: Shape) -> Conflict | None:
    axis = next((axis for axis, length in enumerate(result) if length < 1), None)
    if axis is None or len(shape) != len(result):
        return None
    left = size("input", axis - len(shape), shape[axis])
    return conflict("window", f"pool{len(shape) - 1}d", {}, left, None, given=shape, result=result)


@family.reads("{op:word} Invalid computed output size: {result:int}")
def empty_pool(op: str, result: int) -> Conflict:
    return conflict("window", op, {}, None, None, result=(result,))


@family.reads(
    "pad should be at most half of effective kernel size, but got pad={pad:int}, kernel_size={kernel:int}",
    "pad should be at most half of kernel size, but got pad={pad:int} and kernel_size={kernel:int}",
)
def pool_padding(pad: int, kernel: int) -> Conflict:
    return conflict("window", "pool", {}, size("", -1, pad, "padding"), size("", -1, kernel, "kernel_size"))


@family.reads(
    "Padding size should be less than the corresponding input dimension, but got: padding {pad:shape} at "
    "dimension {axis:int} of input {shape:shape}"
)
def padding(pad: Shape, axis: int, shape: Shape) -> Conflict | None:
    if not 0 <= axis < len(shape):
        return None
    return conflict(
        "window",
        "pad",
        {"input": shape},
        size("input", axis, shape[axis]),
        size("", -1, max(pad, default=-1), "pad"),
        {"pad": pad},
    )


@family.reads(
    "Padding length should be less than or equal to two times the input dimension but got padding length "
    "{pad:int} and input of dimension {found:int}"
)
def pad_length(pad: int, found: int) -> Conflict:
    return rank("pad", "input", found, f"{(pad + 1) // 2} or more")


@family.reads("Padding size {pad:int} is not supported for {found:int}D input tensor")
def pad_rank(pad: int, found: int) -> Conflict:
    return rank("pad", "input", found, pad // 2 + 1, pad // 2 + 2)


@family.reads(
    "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
    "of {shape:shape} and output size of {target:shape}"
)
def interpolated(shape: Shape, target: Shape) -> Conflict:
    left, right = size("input", -1, len(shape) + 2), size("", -1, len(target) + 2, "size")
    return conflict("rank", "interpolate", {}, left, right, {"size": target}, allowed=(len(target) + 2,))


@family.reads("Got {found:int}D input, but {mode:word} mode needs {wanted:int}D input")
def mode(found: int, mode: str, wanted: int) -> Conflict:
    return rank("interpolate", "input", found, wanted)


@family.reads(
    "non-empty {low:int}D or {high:int}D (batch mode) tensor expected for input",
    "Expected {low:int}D or {high:int}D (batch mode) tensor {note:text} but got: {shape:shape}",
    "Expected {low:int}D or {high:int}D (batch mode) tensor {note:text} but got input of size: {shape:shape}",
)
def pool_rank(low: int, high: int, shape: Shape | None = None, note: str = "") -> Conflict | None:
    found = len(shape) if shape is not None else -1
    if shape is not None and found in (low, high):
        return conflict("window", f"pool{high - 2}d", {"input": shape}, None, None, empty=True)
    return rank(f"pool{high - 2}d", "input", found, low, high, shape=shape)


@family.reads("{op:word}: output_size must be {wanted:int}")
def pool_output(op: str, wanted: int) -> Conflict:
    return conflict("rank", op, {}, None, size("", -1, wanted, "output_size"), allowed=(wanted + 1, wanted + 2))


@family.reads(
    "expected {param:word} to be a single integer value or a list of {wanted:int} values to match the "
    "convolution dimensions, but got {name:word}={given:shape}"
)
def settings(param: str, wanted: int, name: str, given: Shape) -> Conflict:
    left = size("", -1, len(given), param)
    return conflict(
        "rank", f"conv{wanted}d", {}, left, size("", -1, wanted), {param: given}, allowed=(wanted + 1, wanted + 2)
    )


@family.reads(
    "Given weight of size {weight:shape}, expected bias to be 1-dimensional with {wanted:int} elements, but "
    "got bias of size {bias:shape} instead"
)
def bias(weight: Shape, wanted: int, bias: Shape) -> Conflict:
    shapes = {"weight": weight, "bias": bias}
    left = size("bias", 0 if len(bias) == 1 else -1, bias[0] if len(bias) == 1 else len(bias))
    return conflict("channels", f"conv{_axes(weight)}", shapes, left, size("weight", 0, wanted))


@family.reads(
    "Given groups={groups:int}, expected weight to be divisible by {divisor:int} at dimension 0, but got "
    "weight of size {weight:shape} instead"
)
def weight_groups(groups: int, divisor: int, weight: Shape) -> Conflict | None:
    if not weight:
        return None
    left, right = size("weight", 0, weight[0], "out_channels"), size("", -1, groups, "groups")
    return conflict("groups", f"conv{_axes(weight)}", {"weight": weight}, left, right, {"groups": groups})


@family.reads("{param:word} must be divisible by groups")
def layer_groups(param: str) -> Conflict | None:
    if param not in ("in_channels", "out_channels"):
        return None
    return conflict("groups", "conv", {}, size("", -1, -1, param), size("", -1, -1, "groups"))


@family.reads(
    "requested an output size of {target:shape}, but valid sizes range from {lowest:shape} to "
    "{highest:shape} (for an input of {shape:shape})"
)
def output_size(target: Shape, lowest: Shape, highest: Shape, shape: Shape) -> Conflict:
    axis = first_difference(tuple(map(max, target, lowest)), tuple(map(min, target, highest))) or 0
    left = size("input", axis - len(shape), shape[axis]) if shape else None
    right = size("", -1, target[axis], "output_size", axis) if target else None
    op = f"conv_transpose{len(target)}d"
    bounds = {"lowest": lowest[axis], "highest": highest[axis]} if axis < min(len(lowest), len(highest)) else {}
    return conflict("window", op, {}, left, right, {"output_size": target}, **bounds)


@family.reads(
    "Expected shape of indices to be same as that of the input tensor ({shape:shape}) but got indices tensor "
    "with shape: {found:shape}"
)
def unpooled(shape: Shape, found: Shape) -> Conflict | None:
    return unequal("index-shape", "max_unpool", ("input", "indices"), shape, found)


@family.reads(
    "Expected size of input's {where:text} to be divisible by the product of kernel_size, but got "
    "{name:text}={length:int} and kernel_size={kernel:shape}",
)
def folded(where: str, name: str, length: int, kernel: Shape) -> Conflict:
    product = 1
    for side in kernel:
        product *= side
    axis = int(match[0]) if (match := re.search(r"-?\d+", name)) else -2
    right = size("", -1, product, "kernel_size")
    return conflict("split", "fold", {}, size("input", axis, length), right, {"kernel_size": kernel}, divisor=product)


@family.reads(
    "match the calculated number of sliding blocks {sum:text} = {wanted:int}, but got "
    "input.size({axis:int})={found:int}",
    "expected input.size({axis:int}) to be {wanted:int} but got {found:int}",
)
def blocks(wanted: int, axis: int, found: int, sum: str = "") -> Conflict:
    return conflict("window", "fold", {}, size("input", axis, found), size("", -1, wanted, "output_size"), blocks=True)


@family.reads(
    "grid_sampler(): expected grid and input to have same batch size, but got input with sizes {shape:shape} "
    "and grid with sizes {grid:shape}"
)
def grid(shape: Shape, grid: Shape) -> Conflict | None:
    return unequal("batch", "grid_sample", ("input", "grid"), shape[:1], grid[:1])


@family.reads("Expected {note:text} affine matrices of shape {wanted:word} for size {target:shape}. Got {found:shape}")
def affine(note: str, wanted: str, target: Shape, found: Shape) -> Conflict:
    rank = len(target) - 2
    params, shapes = {"size": target}, {"theta": found}
    if len(found) != 3:
        return conflict("rank", "affine_grid", shapes, size("theta", -1, len(found)), None, params, allowed=(3,))
    axis = 1 if found[1] != rank else 2
    right = size("", -1, rank + axis - 1, "coordinates")
    return conflict("length", "affine_grid", shapes, size("theta", axis, found[axis]), right, params)
