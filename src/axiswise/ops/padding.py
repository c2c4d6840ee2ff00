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
    if len(pad) % 2:
        return [Conflict("other", call)]  # half a pair says nothing of any axis: torch's own words do
    if padded > len(shape):
        left, right = AxisUse("input", -1, len(shape)), setting("pad", len(pad))
        return [Conflict("rank", call, left, right, {"allowed": (f"{padded} or more",)})]
    if mode != "constant":
        found = wrong_rank(call, "input", padded + 1, padded + 2) if 1 <= padded <= 3 else []
        if found or not 1 <= padded <= 3:
            left, right = AxisUse("input", -1, len(shape)), setting("pad", len(pad))
            return found or [Conflict("rank", call, left, right, {"allowed": (2, 3, 4, 5)})]
    found: list[Conflict] = []
    for axis in range(len(shape) - padded, len(shape)):
        before, after = _sides(call, axis)
        limit = {"reflect": shape[axis] - 1, "circular": shape[axis]}.get(mode)
        index = 2 * (len(shape) - 1 - axis)
        if limit is not None and max(before, after) > limit:
            right = setting("pad", max(before, after), index)
        elif _leaves(shape[axis], before, after) < (0 if mode == "constant" else 1):
            right = setting("pad", min(before, after), index)
        else:
            continue
        found.append(Conflict("window", call, AxisUse("input", axis, shape[axis]), right))
    return found


def _leaves(size: int, before: int, after: int) -> int:
    """Return what is left of an axis at the worst: torch cuts off first, and puts on then."""
    return min(size + before + after, size + min(before, 0) + min(after, 0))


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    return (tuple(max(size + sum(_sides(call, axis)), 0) for axis, size in enumerate(shape)),)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return AxisSource("window", (("input", axis),)) if any(_sides(call, axis)) else same("input", axis)


NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {"pad": Contract(_conflicts, _output, _source)}
