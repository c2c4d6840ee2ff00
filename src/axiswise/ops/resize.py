"""Spatial axes resized, or traded for channels: interpolate, pixel_shuffle, unfold, fold, grid_sample.

Operand `input` (batch, channels, spatial...). Params: `size` or `scale_factor` and `mode` of interpolate;
`upscale_factor`, `downscale_factor`, `groups` of the shuffles; `kernel_size`, `dilation`, `padding`, `stride` and
`output_size` of unfold and fold; `dimension`, `size`, `step` of slide (Tensor.unfold). grid_sample has an operand
`grid`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

from axiswise.algebra.windows import extent, places
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import out_of_range, per_axis, position, replaced
from axiswise.ops.clauses import axis_of, differ, setting, uncounted, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same

MODES = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}
"""Ways of interpolating that need one rank."""


# -- interpolate -----------------------------------------------------------------------------------------------------
def _listed(call: OpCall, name: str) -> Sequence[Any] | None:
    value = call.params.get(name)
    return cast("Sequence[Any]", value) if isinstance(value, (tuple, list)) else None


def _resize_conflicts(call: OpCall) -> list[Conflict]:
    wanted = MODES.get(call.params.get("mode", "nearest"))
    found = wrong_rank(call, "input", wanted) if wanted else wrong_rank(call, "input", 3, 4, 5)
    if found:
        return found
    spatial = call.operands["input"].rank - 2
    for name in ("size", "scale_factor"):
        listed = _listed(call, name)
        if listed is not None and len(listed) != spatial:
            return [uncounted(call, name, 1, spatial) if wanted else _either(call, name, len(listed))]
    if (call.params.get("size") is None) == (call.params.get("scale_factor") is None):
        return [Conflict("other", call)]
    return _empty_conflicts(call)


def _either(call: OpCall, name: str, listed: int) -> Conflict:
    """Return the conflict of sizes for another number of axes, where the input may be the one that is wrong."""
    rank = call.operands["input"].rank
    if listed == rank - 1 > 2:
        return uncounted(call, name, 1, rank - 2)  # the channels were listed, too
    return Conflict("rank", call, AxisUse("input", -1, rank), setting(name, listed), {"allowed": (listed + 2,)})


def _empty_conflicts(call: OpCall) -> list[Conflict]:
    if call.params.get("mode") == "area":
        return []  # adaptive pooling, which may give nothing
    shape = call.operands["input"].shape
    return [
        Conflict("window", call, axis_of(call, "input", axis), facts={"result": size})
        for axis, size in enumerate(_resized(call) or ())
        if axis > 1 and (size < 1 or shape[axis] < 1)
    ]


def _resized(call: OpCall) -> Shape | None:
    shape = call.operands["input"].shape
    spatial = len(shape) - 2
    size, factor = call.params.get("size"), call.params.get("scale_factor")
    if size is not None:
        sizes = per_axis(size, spatial)
        return (*shape[:2], *map(int, sizes)) if sizes else None
    factors = _listed(call, "scale_factor") or [factor] * spatial
    if len(factors) != spatial or not all(isinstance(each, (int, float)) for each in factors):
        return None
    return (*shape[:2], *(math.floor(old * each) for old, each in zip(shape[2:], factors, strict=True)))


def _resize_output(call: OpCall) -> tuple[Shape, ...] | None:
    resized = _resized(call)
    lowest = 0 if call.params.get("mode") == "area" else 1
    return (tuple(max(size, lowest) for size in resized),) if resized else None


def _resize_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis < 2:
        return same("input", axis)
    if call.params.get("size") is None:
        return AxisSource("window", (("input", axis),))
    return given("size", axis - 2 if _listed(call, "size") is not None else -1)


# -- channels and spatial axes traded --------------------------------------------------------------------------------
def _shuffle_conflicts(call: OpCall) -> list[Conflict]:
    """Clauses of pixel_shuffle, pixel_unshuffle and channel_shuffle."""
    found = wrong_rank(call, "input", "3 or more")
    if found:
        return found
    if call.op == "channel_shuffle":
        groups, left = call.params["groups"], axis_of(call, "input", 1, "channels")
        return [Conflict("groups", call, left, setting("groups", groups))] if left.size % groups else []
    if call.op == "pixel_shuffle":
        factor, axes, name = call.params["upscale_factor"] ** 2, (-3,), "upscale_factor"
    else:
        factor, axes, name = call.params["downscale_factor"], (-2, -1), "downscale_factor"
    for axis in axes:
        left = axis_of(call, "input", axis)
        if left.size % factor:
            return [Conflict("split", call, left, setting(name, factor), {"divisor": factor})]
    return []


def _shuffle_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    if call.op == "channel_shuffle":
        return (shape,)
    if len(shape) < 3:
        return None
    *lead, channels, height, width = shape
    if call.op == "pixel_shuffle":
        factor = call.params["upscale_factor"]
        return ((*lead, max(channels // factor**2, 1), height * factor, width * factor),)
    factor = call.params["downscale_factor"]
    return ((*lead, channels * factor**2, max(height // factor, 1), max(width // factor, 1)),)


def _shuffle_source(call: OpCall, output: int, axis: int) -> AxisSource:
    back = call.operands["input"].rank - axis
    if call.op == "channel_shuffle" or back > 3:
        return same("input", axis)
    shrinks = (call.op == "pixel_shuffle") == (back == 3)
    return AxisSource("part" if shrinks else "window", (("input", axis),))


# -- blocks ----------------------------------------------------------------------------------------------------------
def _pair(call: OpCall, name: str, default: int = 1) -> Shape:
    return per_axis(call.params.get(name, default), 2) or (default, default)


def _blocks(call: OpCall, sizes: Shape) -> Shape:
    """Return how many blocks fit along the height and the width."""
    kernels, strides = _pair(call, "kernel_size"), _pair(call, "stride")
    paddings, dilations = _pair(call, "padding", 0), _pair(call, "dilation")
    return tuple(map(places, sizes, kernels, strides, paddings, dilations))


def _unfold_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", 3, 4)
    if found:
        return found
    kernels, dilations = _pair(call, "kernel_size"), _pair(call, "dilation")
    return [
        Conflict(
            "window",
            call,
            axis_of(call, "input", axis - 2),
            setting("kernel_size", extent(kernels[axis], dilations[axis]), axis),
        )
        for axis, count in enumerate(_blocks(call, call.operands["input"].shape[-2:]))
        if count < 1
    ]


def _unfold_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    if len(shape) < 3:
        return None
    *lead, channels, height, width = shape
    count = math.prod(max(each, 1) for each in _blocks(call, (height, width)))
    return ((*lead, channels * math.prod(_pair(call, "kernel_size")), count),)


def _unfold_source(call: OpCall, output: int, axis: int) -> AxisSource:
    back = call.outputs[output].rank - axis
    if back > 2:
        return same("input", axis)
    return AxisSource("window", (("input", axis),)) if back == 2 else UNKNOWN


def _fold_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", 2, 3)
    if found:
        return found
    kernel = math.prod(_pair(call, "kernel_size"))
    left = axis_of(call, "input", -2)
    if left.size % kernel:
        return [Conflict("split", call, left, setting("kernel_size", kernel), {"divisor": kernel})]
    counts = _blocks(call, _pair(call, "output_size"))
    right = setting("output_size", math.prod(counts))
    if min(counts) < 1:
        return [Conflict("window", call, axis_of(call, "input", -1), right)]
    return differ("window", call, axis_of(call, "input", -1), right, blocks=True)


def _fold_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    if len(shape) < 2:
        return None
    channels = max(shape[-2] // math.prod(_pair(call, "kernel_size")), 1)
    return ((*shape[:-2], channels, *map(int, _pair(call, "output_size"))),)


def _fold_source(call: OpCall, output: int, axis: int) -> AxisSource:
    channels = call.operands["input"].rank - 2
    if axis < channels:
        return same("input", axis)
    if axis == channels:
        return AxisSource("part", (("input", axis),))
    return given("output_size", axis - channels - 1 if _listed(call, "output_size") is not None else -1)


def _slide_conflicts(call: OpCall) -> list[Conflict]:
    """Clauses of Tensor.unfold: windows over one axis become a last axis."""
    rank, dim, size = call.operands["input"].rank, call.params["dimension"], call.params["size"]
    found = out_of_range(call, "input", dim, rank, "dimension")
    if found:
        return found
    left = axis_of(call, "input", position(dim, rank)) if rank else AxisUse("input", -1, 1)
    return [Conflict("window", call, left, setting("size", size))] if size > left.size else []


def _slide_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, size = call.operands["input"].shape, int(call.params["size"])
    if not shape:
        return ((size,),)
    axis = position(call.params["dimension"], len(shape))
    return ((*replaced(shape, axis, max((shape[axis] - size) // call.params["step"] + 1, 1)), size),)


def _slide_source(call: OpCall, output: int, axis: int) -> AxisSource:
    rank = call.operands["input"].rank
    if axis == rank:
        return given("size")
    return (
        AxisSource("window", (("input", axis),))
        if axis == position(call.params["dimension"], rank)
        else same("input", axis)
    )


# -- grid ------------------------------------------------------------------------------------------------------------
def _grid_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", 4, 5)
    if found:
        return found
    rank = call.operands["input"].rank
    found = wrong_rank(call, "grid", rank)
    if found:
        return found
    found = differ("batch", call, axis_of(call, "input", 0), axis_of(call, "grid", 0))
    found += differ("length", call, axis_of(call, "grid", -1), setting("coordinates", rank - 2))
    return found + wrong_dtype(call, "grid", call.operands["input"].dtype, against="input")


def _grid_output(call: OpCall) -> tuple[Shape, ...] | None:
    return ((*call.operands["input"].shape[:2], *call.operands["grid"].shape[1:-1]),)


def _grid_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis) if axis < 2 else same("grid", axis - 1)


_SHUFFLE = Contract(_shuffle_conflicts, _shuffle_output, _shuffle_source)

NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {
    "interpolate": Contract(_resize_conflicts, _resize_output, _resize_source),
    "pixel_shuffle": _SHUFFLE,
    "pixel_unshuffle": _SHUFFLE,
    "channel_shuffle": _SHUFFLE,
    "unfold": Contract(_unfold_conflicts, _unfold_output, _unfold_source),
    "fold": Contract(_fold_conflicts, _fold_output, _fold_source),
    "slide": Contract(_slide_conflicts, _slide_output, _slide_source),
    "grid_sample": Contract(_grid_conflicts, _grid_output, _grid_source),
}
