"""where-alike: one of two arrays of one shape, element by element, or row by row where the condition has one axis.

Operands: `condition`, `input`, `other`; nothing is broadcast.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ
from axiswise.ops.contract import Contract, same


def _conflicts(call: OpCall) -> list[Conflict]:
    ours, theirs = call.operands["input"].shape, call.operands["other"].shape
    if len(ours) != len(theirs):
        return [Conflict("broadcast", call, AxisUse("input", -1, len(ours)), AxisUse("other", -1, len(theirs)))]
    for axis in range(len(ours)):
        found = differ("broadcast", call, axis_of(call, "input", axis), axis_of(call, "other", axis))
        if found:
            return found
    asked = call.operands["condition"].rank
    for axis in range(min(asked, len(ours))):
        found = differ("broadcast", call, axis_of(call, "condition", axis), axis_of(call, "input", axis))
        if found:
            return found
    return []


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["other"].shape,)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("other", axis)


NEEDED = ("condition", "input", "other")

CONTRACTS: dict[str, Contract] = {"where-alike": Contract(_conflicts, _output, _source)}
