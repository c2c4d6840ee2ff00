"""Layers that rearrange each sample, and name its axes without the batch.

Operand `input` (batch, ...). reshape_samples: `target_shape`. permute_samples: `dims`, counted from 1. repeat_vector:
`n`. borders: `borders`, what is put before and after each spatial axis (negative: cut off). upsample: `size`, how often
each place of a spatial axis is repeated. The last two say `channels_last`.
"""

from __future__ import annotations

from math import prod
from typing import Any

from axiswise.algebra.grouping import groups
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.clauses import axis_of, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same
from axiswise.origin import AnySize


# -- reshape ---------------------------------------------------------------------------------------------------------
def _reshape_conflicts(call: OpCall) -> list[Conflict]:
    asked, sample = numbers(call.params["target_shape"]), call.operands["input"].shape[1:]
    known, elements = prod(size for size in asked if size != -1), prod(sample)
    left, right = AxisUse("input", -1, elements), AxisUse("", -1, known, "target_shape")
    if asked.count(-1) > 1:
        return [Conflict("numel", call, left, right, {"open": asked.count(-1)})]
    fits = (known != 0 and elements % known == 0) if -1 in asked else known == elements
    return [] if fits else [Conflict("numel", call, left, right)]


def _reshape_output(call: OpCall) -> tuple[Shape, ...] | None:
    asked, data = numbers(call.params["target_shape"]), call.operands["input"].shape
    known, elements = prod(size for size in asked if size != -1), prod(data[1:])
    if isinstance(elements, AnySize):
        return ((*data[:1], *(AnySize() if size == -1 else size for size in asked)),)
    return ((*data[:1], *(max(1, elements // known) if size == -1 and known else int(size) for size in asked)),)


def _reshape_source(call: OpCall, output: int, axis: int) -> AxisSource:
    before, after = call.operands["input"].shape, call.outputs[output].shape
    asked = numbers(call.params["target_shape"])
    if axis == 0:
        return same("input", 0)
    params: tuple[tuple[str, int], ...] = (("target_shape", axis - 1),) if asked[axis - 1] != -1 else ()
    if any(isinstance(size, AnySize) for size in (*before[1:], *after[1:])):
        return AxisSource("given", params=params) if params else UNKNOWN
    for group in groups(before[1:], after[1:]):
        if axis - 1 in group.outputs:
            axes = tuple(("input", position + 1) for position in group.inputs)
            big = tuple(pair for pair in axes if before[pair[1]] != 1) or axes
            if len(group.outputs) > 1:
                return AxisSource("part", big, params)
            whole = len(big) == 1 and before[big[0][1]] == after[axis]
            return AxisSource("same" if whole else "product", big, params)
    return AxisSource("given", params=params) if params else UNKNOWN


# -- permute ---------------------------------------------------------------------------------------------------------
def _permute_conflicts(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", len(call.params["dims"]) + 1)


def _permute_output(call: OpCall) -> tuple[Shape, ...] | None:
    data = call.operands["input"].shape
    if not data:
        return None
    return (tuple(data[axis] if axis < len(data) else AnySize() for axis in (0, *call.params["dims"])),)


def _permute_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", (0, *call.params["dims"])[axis])


# -- repeat ----------------------------------------------------------------------------------------------------------
def _repeat_conflicts(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", 2)


def _repeat_output(call: OpCall) -> tuple[Shape, ...] | None:
    data = call.operands["input"].shape
    return ((data[0], int(call.params["n"]), data[-1]),) if len(data) > 1 else None


def _repeat_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return given("n") if axis == 1 else same("input", 0 if axis == 0 else call.operands["input"].rank - 1)


# -- borders and places ----------------------------------------------------------------------------------------------
def _spatial(call: OpCall) -> range:
    first = 1 if call.params["channels_last"] else 2
    return range(first, first + len(_settings(call)))


def _settings(call: OpCall) -> tuple[Any, ...]:
    return tuple(call.params["borders" if call.op == "borders" else "size"])


def _changed(call: OpCall) -> Shape:
    """Return the sizes after: zero or less where nothing is left."""
    sizes = list(call.operands["input"].shape)
    for axis, setting in zip(_spatial(call), _settings(call), strict=True):
        sizes[axis] = sizes[axis] + sum(setting) if call.op == "borders" else sizes[axis] * setting
    return tuple(sizes)


def _spatial_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", len(_settings(call)) + 2)
    if found or call.op != "borders":
        return found
    return [
        Conflict("window", call, axis_of(call, "input", axis), None, {"result": size})
        for axis, size in enumerate(_changed(call))
        if size < 1 and axis in _spatial(call)
    ]


def _spatial_output(call: OpCall) -> tuple[Shape, ...] | None:
    if call.operands["input"].rank != len(_settings(call)) + 2:
        return None
    return (tuple(max(size, 1) for size in _changed(call)),)


def _spatial_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return AxisSource("window", (("input", axis),)) if axis in _spatial(call) else same("input", axis)


# -- whole maps ------------------------------------------------------------------------------------------------------
def _count(call: OpCall) -> int:
    return int(call.op.rstrip("d")[-1])


def _channel_axis(call: OpCall) -> int:
    return call.operands["input"].rank - 1 if call.params["channels_last"] else 1


def _whole_conflicts(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", _count(call) + 2)


def _whole_output(call: OpCall) -> tuple[Shape, ...] | None:
    data = call.operands["input"].shape
    if len(data) < 2:
        return None
    channels, ones = data[_channel_axis(call)], (1,) * (_count(call) if call.params.get("keepdims") else 0)
    return ((data[0], *ones, channels) if call.params["channels_last"] else (data[0], channels, *ones),)


def _whole_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis == 0:
        return same("input", 0)
    last = len(call.outputs[output].shape) - 1
    is_channels = axis == (last if call.params["channels_last"] else 1)
    return same("input", _channel_axis(call)) if is_channels else UNKNOWN


NEEDED = ("input",)

_SPATIAL = Contract(_spatial_conflicts, _spatial_output, _spatial_source)

CONTRACTS: dict[str, Contract] = {
    "reshape_samples": Contract(_reshape_conflicts, _reshape_output, _reshape_source),
    "permute_samples": Contract(_permute_conflicts, _permute_output, _permute_source),
    "repeat_vector": Contract(_repeat_conflicts, _repeat_output, _repeat_source),
    "borders": _SPATIAL,
    "upsample": _SPATIAL,
    **{
        f"global_{word}_pool{count}d": Contract(_whole_conflicts, _whole_output, _whole_source)
        for word in ("max", "avg")
        for count in (1, 2, 3)
    },
}
