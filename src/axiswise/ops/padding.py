"""Borders put around a tensor or cut off it: pad.

Operand: `input`. Parameters: `pad` (two numbers an axis, the last axis first), `mode`.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.clauses import setting, wrong_rank
from axiswise.ops.contract import Contract, same


def _sides(call: OpCall, axis: int) -> tuple[int, int]:
    """Return what is put before and after an axis."""
    pad, start = numbers(call.params["pad"]), 2 * (call.operands["input"].rank - 1 - axis)
    return (pad[start], pad[start + 1]) if start + 1 < len(pad) else (0, 0)


def _conflicts(call: OpCall) -> list[Conflict]:
    pad, shape, mode = numbers(call.params["pad"]), call.operands["input"].shape, call.params.get("mode", "constant")
    padded = len(pad) // 2
    if len(pad) % 2 or padded > len(shape):
        left, right = AxisUse("input", -1, len(shape)), setting("pad", len(pad))
        return [Conflict("rank", call, left, right, {"allowed": (f"{padded} or more",)})]
    if mode != "constant":
        found = wrong_rank(call, "input", padded + 1, padded + 2) if 1 <= padded <= 3 else []
        if found or not 1 <= padded <= 3:
            left, right = AxisUse("input", -1, len(shape)), setting("pad", len(pad))
            return found or [Conflict("rank", call, left, right, {"allowed": (2, 3, 4, 5)})]
    result: list[Conflict] = []
    batch = len(shape) - padded
    for axis, size in enumerate(shape):
        before, after = _sides(call, axis)
        limit = {"reflect": size - 1, "circular": size}.get(mode)
        over = limit is not None and axis >= batch and max(before, after) > limit
        lowest = 0 if mode == "constant" else 1
        # torch lets an axis without elements pass where nothing is cut off it.
        empty = size + before + after < lowest and (before or after or mode != "constant")
        if over or (axis >= batch and empty):
            index = 2 * (len(shape) - 1 - axis)
            right = setting("pad", max(before, after) if over else min(before, after), index)
            result.append(Conflict("window", call, AxisUse("input", axis, size), right))
        elif axis >= batch - 1 and size == 0 and mode != "constant" and axis > 0:
            result.append(Conflict("window", call, AxisUse("input", axis, 0)))
    return result


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    return (
        tuple(
            max(size + sum(_sides(call, axis)), 1)
            if any(_sides(call, axis)) and size + sum(_sides(call, axis)) < 0
            else size + sum(_sides(call, axis))
            for axis, size in enumerate(shape)
        ),
    )


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    if not any(_sides(call, axis)):
        return same("input", axis)
    index = 2 * (call.operands["input"].rank - 1 - axis)
    return AxisSource("window", (("input", axis),), (("pad", index), ("pad", index + 1)))


CONTRACTS: dict[str, Contract] = {"pad": Contract(_conflicts, _output, _source)}
