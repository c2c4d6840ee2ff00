"""Convolutions over 1 to 3 spatial axes, and transposed ones.

Operands: `input` (batch, channels, spatial...) or without its batch, `weight`, `bias`. Params: `stride`, `padding`
(numbers, `same` or `valid`), `dilation`, `groups`, `output_padding` of transposed ones; each for all spatial axes or
one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from axiswise.algebra.windows import extent, places, spread
from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.axes import per_axis
from axiswise.ops.clauses import axis_of, differ, setting, uncounted, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same
from axiswise.ops.layout import laid_out, spatial_rank


@dataclass(frozen=True, slots=True)
class Layout:
    """Which axes of the input are which.

    Attributes:
        lead: Batch axes; several where there are too many, which are then folded into one.
        channels: The channel axis, or None where the input has none.
        spatial: The spatial axes, in order.
    """

    lead: tuple[int, ...]
    channels: int | None
    spatial: tuple[int, ...]


def _transposed(call: OpCall) -> bool:
    return "transpose" in call.op


def _groups(call: OpCall) -> int:
    groups = call.params.get("groups", 1)
    return groups if isinstance(groups, int) and groups > 0 else 1


def _in_channels(call: OpCall) -> int:
    weight = call.operands["weight"].shape
    return weight[0] if _transposed(call) else weight[1] * _groups(call)


def _layout(call: OpCall) -> Layout | None:
    """Return how the input was meant: by its rank, and by where the channels are that the weight takes."""
    shape, count = call.operands["input"].shape, spatial_rank(call)
    rank, wanted = len(shape), _in_channels(call)
    if rank < count:
        return None
    axes = tuple(range(rank))
    if rank == count:
        return Layout((), None, axes)
    lead = rank - count - 1
    if shape[lead] != wanted and shape[-1] == wanted:
        return Layout(axes[:lead], rank - 1, axes[lead:-1])
    if shape[lead] != wanted == 1 and lead == 0:
        return Layout((0,), None, axes[1:])
    return Layout(axes[:lead], lead, axes[lead + 1 :])


# -- conflicts -------------------------------------------------------------------------------------------------------
def _conflicts(call: OpCall) -> list[Conflict]:
    count = spatial_rank(call)
    found = wrong_rank(call, "input", count + 1, count + 2) + wrong_rank(call, "weight", count + 2)
    if found:
        return found
    weight = call.operands["weight"].shape
    found = _group_conflicts(call)
    if not found:
        left = axis_of(call, "input", -1 - count)
        axis = 0 if _transposed(call) else 1
        whole = _transposed(call) or _groups(call) == 1
        right = axis_of(call, "weight", axis, "in_channels") if whole else setting("in_channels", _in_channels(call))
        found = differ("channels", call, left, right, groups=_groups(call))
    found += _bias_conflicts(call)
    found += _setting_conflicts(call) or (_spread_conflicts(call) if _transposed(call) else _window_conflicts(call))
    return found + (wrong_dtype(call, "input", call.operands["weight"].dtype, against="weight") if weight else [])


def _group_conflicts(call: OpCall) -> list[Conflict]:
    groups = call.params.get("groups", 1)
    name = "in_channels" if _transposed(call) else "out_channels"
    left = axis_of(call, "weight", 0, name)
    if not isinstance(groups, int) or groups < 1:
        return [Conflict("other", call, left)]
    return [Conflict("groups", call, left, setting("groups", groups))] if left.size % groups else []


def _bias_conflicts(call: OpCall) -> list[Conflict]:
    if "bias" not in call.operands:
        return []
    weight, found = call.operands["weight"].shape, wrong_rank(call, "bias", 1)
    if found:
        return found
    out = setting("out_channels", weight[1] * _groups(call)) if _transposed(call) else axis_of(call, "weight", 0)
    return differ("channels", call, axis_of(call, "bias", 0), out)


def _setting_conflicts(call: OpCall) -> list[Conflict]:
    """Every setting is one number, or one for each spatial axis."""
    count, padding = spatial_rank(call), call.params.get("padding", 0)
    names = ["stride", "dilation", "output_padding"] + ([] if isinstance(padding, str) else ["padding"])
    for name in names:
        value = call.params.get(name)
        if value is not None and not per_axis(value, count):
            return [uncounted(call, name, 1, count)]
    if isinstance(padding, str) and padding != "valid" and (padding != "same" or set(_each(call, "stride", 1)) != {1}):
        return [Conflict("other", call, facts={"padding": padding})]
    return []


def _each(call: OpCall, name: str, default: int) -> tuple[int, ...]:
    count = spatial_rank(call)
    return per_axis(call.params.get(name, default), count) or (default,) * count


def _kernel(call: OpCall) -> Shape:
    return call.operands["weight"].shape[2:]


def _padded(call: OpCall, size: int, axis: int) -> int:
    """Return a spatial axis's size with its padding."""
    padding = call.params.get("padding", 0)
    if padding == "same":
        return size + extent(_kernel(call)[axis], _each(call, "dilation", 1)[axis]) - 1
    return size if isinstance(padding, str) else size + 2 * _each(call, "padding", 0)[axis]


def _window_conflicts(call: OpCall) -> list[Conflict]:
    shape, count = call.operands["input"].shape, spatial_rank(call)
    found: list[Conflict] = []
    for axis, kernel in enumerate(_kernel(call)):
        position = len(shape) - count + axis
        window, padded = extent(kernel, _each(call, "dilation", 1)[axis]), _padded(call, shape[position], axis)
        if window > padded:
            right = setting("kernel_size", window, axis)
            found.append(Conflict("window", call, axis_of(call, "input", position), right, {"padded": padded}))
    return found


def _spread_conflicts(call: OpCall) -> list[Conflict]:
    shape, count = call.operands["input"].shape, spatial_rank(call)
    strides, dilations, extra = (
        _each(call, name, default) for name, default in (("stride", 1), ("dilation", 1), ("output_padding", 0))
    )
    for axis in range(count):
        if extra[axis] >= max(strides[axis], dilations[axis]):
            facts = {"lowest": 0, "highest": max(strides[axis], dilations[axis]) - 1}
            return [Conflict("window", call, None, setting("output_padding", extra[axis], axis), facts)]
    return [
        Conflict("window", call, axis_of(call, "input", len(shape) - count + axis), facts={"result": size})
        for axis, size in enumerate(_spatial(call, shape[len(shape) - count :]))
        if size < 1
    ]


# -- what comes out --------------------------------------------------------------------------------------------------
def _spatial(call: OpCall, sizes: Shape) -> Shape:
    """Return what the spatial axes become; zero or less where nothing is left."""
    strides, dilations = _each(call, "stride", 1), _each(call, "dilation", 1)
    result: list[int] = []
    for axis, (size, kernel) in enumerate(zip(sizes, _kernel(call), strict=True)):
        stride, dilation = strides[axis], dilations[axis]
        if _transposed(call):
            padding, extra = _each(call, "padding", 0)[axis], _each(call, "output_padding", 0)[axis]
            result.append(spread(size, kernel, stride, padding, dilation, extra))
        else:
            result.append(places(_padded(call, size, axis), kernel, stride, 0, dilation))
    return tuple(result)


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, weight = call.operands["input"].shape, call.operands["weight"].shape
    if len(weight) != spatial_rank(call) + 2:
        return None
    layout = _layout(call)
    if layout is None:
        return None
    channels = weight[1] * _groups(call) if _transposed(call) else weight[0]
    batch = (math.prod(shape[axis] for axis in layout.lead),) if layout.lead else ()
    spatial = _spatial(call, tuple(shape[axis] for axis in layout.spatial))
    return ((*batch, channels, *(max(size, 1) for size in spatial)),)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    layout = _layout(call)
    if layout is None:
        return UNKNOWN
    if layout.lead and axis == 0:
        if len(layout.lead) == 1:
            return same("input", layout.lead[0])
        return AxisSource("product", tuple(("input", each) for each in layout.lead))
    channels = 1 if layout.lead else 0
    if axis > channels:
        side = axis - channels - 1
        place = layout.spatial[side]
        return same("input", place) if _keeps(call, side) else AxisSource("window", (("input", place),))
    if call.layer is not None and "out_channels" in call.layer.settings:
        return given("out_channels")
    if not _transposed(call):
        return same("weight", 0)
    return same("weight", 1) if _groups(call) == 1 else UNKNOWN


def _keeps(call: OpCall, side: int) -> bool:
    """Return whether each place along a side stays where it is: a kernel of 1, nothing skipped or put around it."""
    is_padded = not isinstance(call.params.get("padding"), str) and _each(call, "padding", 0)[side] > 0
    is_longer = is_padded or _each(call, "output_padding", 0)[side] > 0
    return not is_longer and _kernel(call)[side] == 1 and _each(call, "stride", 1)[side] == 1


NEEDED = ("input", "weight")

CONTRACTS: dict[str, Contract] = dict.fromkeys(
    (f"{name}{count}d" for name in ("conv", "conv_transpose") for count in (1, 2, 3)),
    laid_out(Contract(_conflicts, _output, _source)),
)
