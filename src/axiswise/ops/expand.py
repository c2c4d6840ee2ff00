"""The same elements more often: expand, repeat, tile, repeat_interleave with one number.

Operand `input` (and `other` for expand_as). expand: shape, where -1 keeps an axis. repeat, tile: repeats.
repeat_interleave: repeats, dim.
"""

from __future__ import annotations

from math import prod
from typing import Any

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.clauses import axis_of, differ, out_of_range, whole, wrong_dtype, wrong_rank
from axiswise.ops.contract import Contract, given, same


def _asked(call: OpCall) -> Shape:
    if "other" in call.operands:
        return call.operands["other"].shape
    asked: Any = call.params["shape"]
    return tuple(asked)


def _expand_conflicts(call: OpCall) -> list[Conflict]:
    shape, asked = call.operands["input"].shape, _asked(call)
    lead = len(asked) - len(shape)
    if lead < 0:
        return [Conflict("rank", call, AxisUse("input", -1, len(shape)), facts={"allowed": (f"at most {len(asked)}",)})]
    for index in range(len(asked) - 1, -1, -1):
        want = asked[index]
        if want < -1 or (want == -1 and index < lead):
            return [Conflict("expand", call, None, AxisUse("", -1, int(want), "shape", index))]
        have = shape[index - lead] if index >= lead else 1
        if have not in (1, want) and want != -1:
            right = AxisUse("other", index, want) if "other" in call.operands else AxisUse("", -1, want, "shape", index)
            return [Conflict("expand", call, AxisUse("input", index - lead, have), right)]
    return []


def _expand_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, asked = call.operands["input"].shape, _asked(call)
    lead = len(asked) - len(shape)
    if lead < 0:
        return None
    return (tuple(shape[i - lead] if want == -1 and i >= lead else int(want) for i, want in enumerate(asked)),)


def _expand_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape = call.operands["input"].shape
    lead = len(call.outputs[output].shape) - len(shape)
    if axis >= lead and shape[axis - lead] == call.outputs[output].shape[axis]:
        return same("input", axis - lead)
    return same("other", axis) if "other" in call.operands else given("shape", axis)


def _repeats(call: OpCall) -> tuple[int, ...]:
    many = numbers(call.params["repeats"])
    if call.op == "tile":
        many = (1,) * (call.operands["input"].rank - len(many)) + many
    return many


def _repeat_conflicts(call: OpCall) -> list[Conflict]:
    rank, many = call.operands["input"].rank, _repeats(call)
    if len(many) < rank:
        return [Conflict("rank", call, AxisUse("input", -1, rank), facts={"allowed": (f"at most {len(many)}",)})]
    return []


def _repeat_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, many = call.operands["input"].shape, _repeats(call)
    if len(many) < len(shape):
        return None
    padded = (1,) * (len(many) - len(shape)) + shape
    return (tuple(size * int(times) for size, times in zip(padded, many, strict=True)),)


def _repeat_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape, many = call.operands["input"].shape, _repeats(call)
    lead = len(many) - len(shape)
    if axis < lead:
        return given("repeats", axis)
    if many[axis] == 1:
        return same("input", axis - lead)
    return AxisSource("product", (("input", axis - lead),), (("repeats", axis),))


def _interleave_conflicts(call: OpCall) -> list[Conflict]:
    dim, times = call.params.get("dim"), call.operands.get("repeats")
    found = out_of_range(call, "input", dim)
    if found or times is None:
        return found
    found = wrong_rank(call, "repeats", 0, 1) + wrong_dtype(call, "repeats", "int64", "int32")
    shape = call.operands["input"].shape
    if found or prod(times.shape) == 1:
        return found
    along = whole(call, "input") if dim is None or not shape else axis_of(call, "input", dim)
    return differ("index-shape", call, axis_of(call, "repeats", 0), along)


def _interleave_output(call: OpCall) -> tuple[Shape, ...] | None:
    data, dim, times = call.operands["input"], call.params.get("dim"), call.params.get("repeats")
    if not isinstance(times, int) or _interleave_conflicts(call):
        return None
    shape = list(data.shape) if dim is not None else [prod(data.shape)]
    if not shape:
        return ((int(times),),)
    shape[dim or 0] *= int(times)
    return (tuple(shape),)


def _interleave_source(call: OpCall, output: int, axis: int) -> AxisSource:
    data, dim = call.operands["input"], call.params.get("dim")
    if not data.rank:
        return given("repeats")
    if dim is not None and axis != dim % data.rank:
        return same("input", axis)
    axes = tuple(("input", position) for position in (range(data.rank) if dim is None else (axis,)))
    return AxisSource("product", axes, (("repeats", -1),))


_REPEAT = Contract(_repeat_conflicts, _repeat_output, _repeat_source)

CONTRACTS: dict[str, Contract] = {
    "expand": Contract(_expand_conflicts, _expand_output, _expand_source),
    "repeat": _REPEAT,
    "tile": _REPEAT,
    "repeat_interleave": Contract(_interleave_conflicts, _interleave_output, _interleave_source),
}
