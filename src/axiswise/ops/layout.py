"""Channels last: the contracts of spatial layers are laid out (batch, channels, spatial...), and their axes are mapped.

A call says `channels_last` (True or False) where a layer takes a whole batch in one layout and no other: Keras' layers.
Their parameters keep the layer's own names (`strides`, `pool_size`); `padding` is 0 or `fill` (as many windows as
strides fit). A call that says nothing of it is torch's, and passes through as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from axiswise.algebra.windows import extent
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape, TensorRef
from axiswise.ops.axes import per_axis
from axiswise.ops.clauses import axis_of, setting, wrong_rank
from axiswise.ops.contract import Contract
from axiswise.origin import AnySize

NAMES = {"pool_size": "kernel_size", "strides": "stride", "dilation_rate": "dilation"}
"""Keras' names of parameters, and the contracts'."""


def spatial_rank(call: OpCall) -> int:
    """Return the number of spatial axes that an op's name says: 2 for `conv2d`."""
    return int(call.op.rstrip("d")[-1])


def order(call: OpCall) -> tuple[int, ...]:
    """Return which axis of the input each axis of (batch, channels, spatial...) is."""
    rank = spatial_rank(call) + 2
    return (0, rank - 1, *range(1, rank - 1)) if call.params["channels_last"] else tuple(range(rank))


def laid_out(contract: Contract) -> Contract:
    """Return a contract that also takes calls with `channels_last`."""

    def conflicts(call: OpCall) -> list[Conflict]:
        if "channels_last" not in call.params:
            return contract.conflicts(call)
        found = wrong_rank(call, "input", spatial_rank(call) + 2)
        if found:
            return found
        return _groups(call) + [_mapped(each, call) for each in contract.conflicts(_channels_first(call))]

    def output(call: OpCall) -> tuple[Shape, ...] | None:
        if "channels_last" not in call.params:
            return contract.output(call)
        if call.operands["input"].rank != spatial_rank(call) + 2:
            return _any_map(call, contract)
        found = contract.output(_channels_first(call))
        return tuple(_back(shape, call) for shape in found) if found is not None else None

    def source(call: OpCall, output: int, axis: int) -> AxisSource:
        if "channels_last" not in call.params:
            return contract.source(call, output, axis)
        places = order(call)
        if call.operands["input"].rank != len(places):
            return AxisSource("unknown")
        found = contract.source(_channels_first(call), output, places.index(axis))
        axes = tuple((role, places[each] if role == "input" else each) for role, each in found.axes)
        return replace(found, axes=axes)

    return Contract(conflicts, output, source)


def _any_map(call: OpCall, contract: Contract) -> tuple[Shape, ...] | None:
    """Return the output for an input of another rank, as if one axis of 1 was missing or the samples counted in."""
    rank = spatial_rank(call) + 2
    data, is_last = call.operands["input"].shape, call.params["channels_last"]
    if not data:
        return None
    if len(data) == rank - 1:
        shape = (data[0], 1, *data[1:])
    elif len(data) == rank + 1:
        sample = data[2:]
        shape = (data[0], sample[-1], *sample[:-1]) if is_last else (data[0], *sample)
    else:
        channels = data[-1:] if is_last else data[1:2]
        shape = (data[0], *(channels or (AnySize(),)), *[AnySize()] * (rank - 2))
    ref = replace(call.operands["input"], shape=_back(shape, call))
    return output_of(contract, replace(call, operands={**call.operands, "input": ref}))


def output_of(contract: Contract, call: OpCall) -> tuple[Shape, ...] | None:
    """Return the output of a call whose input has the right rank."""
    found = contract.output(_channels_first(call))
    return tuple(_back(shape, call) for shape in found) if found is not None else None


def _back(shape: Shape, call: OpCall) -> Shape:
    places = order(call)
    if len(shape) != len(places):
        return shape
    return tuple(shape[places.index(axis)] for axis in range(len(places)))


def _groups(call: OpCall) -> list[Conflict]:
    groups, channels = call.params.get("groups", 1), axis_of(call, "input", order(call)[1])
    divides = channels.size % groups == 0
    return [] if divides else [Conflict("groups", call, channels, setting("groups", groups))]


def _mapped(conflict: Conflict, call: OpCall) -> Conflict:
    """Return a conflict in the call's own axes and names."""
    places, names = order(call), {ours: theirs for theirs, ours in NAMES.items() if theirs in call.params}

    def use(side: AxisUse | None) -> AxisUse | None:
        if side is None:
            return None
        axis = places[side.axis] if side.operand == "input" and side.axis >= 0 else side.axis
        return replace(side, axis=axis, param=names.get(side.param, side.param))

    return Conflict(conflict.kind, call, use(conflict.left), use(conflict.right), conflict.facts)


def _channels_first(call: OpCall) -> OpCall:
    """Return the call as the contracts are laid out; windows that hang over the ends become a longer input."""
    places, count = order(call), spatial_rank(call)
    ref = call.operands["input"]
    shape = tuple(ref.shape[axis] for axis in places)
    params: dict[str, Any] = {NAMES.get(name, name): value for name, value in call.params.items() if name != "groups"}
    kernel = per_axis(params.get("kernel_size", 1), count) or (1,) * count
    strides = per_axis(params.get("stride", 1), count) or (1,) * count
    if "transpose" in call.op:
        params |= _cut(kernel, strides, params.get("padding") == "fill")
    elif params.get("padding") == "fill":
        dilations = per_axis(params.get("dilation", 1), count) or (1,) * count
        longer = (size + extent(each, by) - 1 for size, each, by in zip(shape[2:], kernel, dilations, strict=True))
        shape, params["padding"] = (*shape[:2], *longer), 0
    moved: dict[str, TensorRef] = {**call.operands, "input": replace(ref, shape=shape, axes={}, strides=None)}
    return replace(call, operands=moved, params=params)


def _cut(kernel: Shape, strides: Shape, fill: bool) -> dict[str, Any]:
    """Return padding and output_padding of a transposed convolution that gives `stride` places for each."""
    over = [each - stride for each, stride in zip(kernel, strides, strict=True)]
    padding = tuple((each + 1) // 2 if fill and each > 0 else 0 for each in over)
    extra = tuple(-each if each < 0 else each % 2 if fill else 0 for each in over)
    return {"padding": padding, "output_padding": extra}
