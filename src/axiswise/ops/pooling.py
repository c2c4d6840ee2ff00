"""Pooling: windows of fixed size (max, avg, lp), and as many as are asked for (adaptive).

Operand `input` (batch, channels, spatial...) or without its batch. Params: `kernel_size`, `stride` (None: as the
kernel), `padding`, `dilation`, `ceil_mode`; `output_size` of adaptive pooling, None for an axis that stays; `results` 2
where places are returned as well.
"""

from __future__ import annotations

from typing import Any

from axiswise.algebra.windows import extent, places
from axiswise.facts import AxisSource, Conflict, OpCall, Shape, is_series
from axiswise.ops.axes import numbers, per_axis
from axiswise.ops.clauses import axis_of, setting, uncounted, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same
from axiswise.ops.layout import laid_out

MEANS = ("adaptive_avg_pool2d", "adaptive_avg_pool3d")
"""Pooling that torch takes as a mean over the last axes where one place is asked for, whatever the rank."""


def _count(call: OpCall) -> int:
    """Return the number of spatial axes."""
    return int(call.op[-2])


def _results(call: OpCall) -> int:
    return 2 if call.params.get("results") == 2 or call.params.get("return_indices") is True else 1


def _ranks(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", _count(call) + 1, _count(call) + 2)


# -- windows of fixed size -------------------------------------------------------------------------------------------
def _each(call: OpCall, name: str, default: int) -> Shape:
    value = call.params.get(name, default)
    return per_axis(value, _count(call)) or (default,) * _count(call)


def _strides(call: OpCall) -> Shape:
    stride = call.params.get("stride")
    kernel = _each(call, "kernel_size", 1)
    # An empty list of strides means the kernel's as well.
    return (per_axis(stride, _count(call)) or kernel) if numbers(stride) else kernel


def _conflicts(call: OpCall) -> list[Conflict]:
    found = _ranks(call) or _setting_conflicts(call)
    if found:
        return found
    shape, count, windows = call.operands["input"].shape, _count(call), _windows(call)
    sizes = shape[len(shape) - count :]
    # Padding does not help avg_pool3d: torch compares the bare sizes.
    bare = call.op == "avg_pool3d"
    return [
        Conflict(
            "window",
            call,
            axis_of(call, "input", axis - count),
            setting("kernel_size", windows[axis], axis),
            {"result": result},
        )
        for axis, result in enumerate(_places(call, sizes))
        if result < 1 or (bare and windows[axis] > sizes[axis])
    ]


def _setting_conflicts(call: OpCall) -> list[Conflict]:
    count = _count(call)
    for name in ("kernel_size", "stride", "padding", "dilation"):
        value = call.params.get(name)
        if numbers(value) and not per_axis(value, count):
            return [uncounted(call, name, 1, count)]
    # max_pool2d looks at what a dilated window covers, the others at its places.
    windows = _windows(call) if count == 2 else _each(call, "kernel_size", 1)
    for axis, padding in enumerate(_each(call, "padding", 0)):
        if 2 * padding > windows[axis]:
            return [
                Conflict("window", call, setting("padding", padding, axis), setting("kernel_size", windows[axis], axis))
            ]
    return []


def _windows(call: OpCall) -> Shape:
    kernels, dilations = _each(call, "kernel_size", 1), _each(call, "dilation", 1)
    return tuple(extent(kernel, dilation) for kernel, dilation in zip(kernels, dilations, strict=True))


def _places(call: OpCall, sizes: Shape) -> Shape:
    kernels, paddings, dilations = _each(call, "kernel_size", 1), _each(call, "padding", 0), _each(call, "dilation", 1)
    ceil = [bool(call.params.get("ceil_mode", False))] * len(sizes)
    return tuple(map(places, sizes, kernels, _strides(call), paddings, dilations, ceil))


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, count = call.operands["input"].shape, _count(call)
    if len(shape) < count:
        return None
    split = len(shape) - count
    return ((*shape[:split], *(max(size, 1) for size in _places(call, shape[split:]))),) * _results(call)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis < call.operands["input"].rank - _count(call):
        return same("input", axis)
    return AxisSource("window", (("input", axis),))


# -- as many as are asked for ----------------------------------------------------------------------------------------
def _asked(call: OpCall) -> tuple[Any, ...] | None:
    """Return the size asked for each spatial axis, None for one that stays; None where they are others in number."""
    asked, count = call.params.get("output_size"), _count(call)
    if isinstance(asked, (tuple, list)):
        each: tuple[Any, ...] = tuple(asked)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        each = each * count if len(each) == 1 else each
        return each if len(each) == count else None
    return (asked,) * count


def _adaptive_conflicts(call: OpCall) -> list[Conflict]:
    asked = _asked(call)
    if asked and set(asked) == {1} and call.op in MEANS:
        listed = isinstance(call.params["output_size"], (tuple, list))
        return wrong_rank(call, "input", f"{_count(call) + listed} or more")
    found = _ranks(call)
    if not found and asked is None:
        return [uncounted(call, "output_size", 1, _count(call))]
    return found


def _adaptive_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, asked = call.operands["input"].shape, _asked(call)
    if asked is None or len(shape) < len(asked):
        return None
    split = len(shape) - len(asked)
    sizes = (old if new is None else int(new) for old, new in zip(shape[split:], asked, strict=True))
    return ((*shape[:split], *sizes),) * _results(call)


def _adaptive_source(call: OpCall, output: int, axis: int) -> AxisSource:
    split, asked = call.operands["input"].rank - _count(call), _asked(call)
    if axis < split:
        return same("input", axis)
    if asked is None:
        return UNKNOWN
    if asked[axis - split] is None:
        return same("input", axis)
    listed = isinstance(call.params["output_size"], (tuple, list))
    return given("output_size", axis - split if listed else -1)


# -- windows that are drawn ------------------------------------------------------------------------------------------
def _drawn_sizes(call: OpCall) -> Shape | None:
    """Return the spatial sizes that are asked for, or None where their number is wrong."""
    count, shape = _count(call), call.operands["input"].shape
    if call.params.get("output_size") is not None:
        return per_axis(call.params["output_size"], count) or None
    ratio = call.params.get("output_ratio")
    ratios = ratio if is_series(ratio) else [ratio] * count
    if len(ratios) != count or not all(isinstance(each, (int, float)) for each in ratios):
        return None
    return tuple(int(size * each) for size, each in zip(shape[-count:], ratios, strict=True))


def _drawn_conflicts(call: OpCall) -> list[Conflict]:
    """fractional_max_pool: windows lie where chance puts them, and one more than the places must fit."""
    found = _ranks(call)
    if found:
        return found
    for name in ("kernel_size", "output_size"):
        value = call.params.get(name)
        if value is not None and not per_axis(value, _count(call)):
            return [uncounted(call, name, 1, _count(call))]
    asked = _drawn_sizes(call)
    kernels = _each(call, "kernel_size", 1)
    return [
        Conflict("window", call, axis_of(call, "input", axis - _count(call)), setting("output_size", size, axis), facts)
        for axis, (size, kernel) in enumerate(zip(asked or (), kernels, strict=False))
        # In three dimensions torch wants one place more.
        for highest in (call.operands["input"].shape[axis - _count(call)] - kernel + (_count(call) == 2),)
        for facts in ({"lowest": 1, "highest": highest},)
        if size > highest
    ]


def _drawn_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, asked = call.operands["input"].shape, _drawn_sizes(call)
    if asked is None or len(shape) <= len(asked):
        return None
    return ((*shape[: -len(asked)], *map(int, asked)),) * _results(call)


def _drawn_source(call: OpCall, output: int, axis: int) -> AxisSource:
    split = call.operands["input"].rank - _count(call)
    if axis < split:
        return same("input", axis)
    if call.params.get("output_size") is None:
        return AxisSource("window", (("input", axis),))
    return given("output_size", axis - split if is_series(call.params["output_size"]) else -1)


_DRAWN = Contract(_drawn_conflicts, _drawn_output, _drawn_source)
_WINDOWED = laid_out(Contract(_conflicts, _output, _source))
_ADAPTIVE = laid_out(Contract(_adaptive_conflicts, _adaptive_output, _adaptive_source))

NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {
    **{f"{word}_pool{count}d": _WINDOWED for word in ("max", "avg", "lp") for count in (1, 2, 3)},
    **{f"adaptive_{word}_pool{count}d": _ADAPTIVE for word in ("max", "avg") for count in (1, 2, 3)},
    **{f"fractional_max_pool{count}d": _DRAWN for count in (2, 3)},
}
