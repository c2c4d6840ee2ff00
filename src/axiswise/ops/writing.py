"""What goes through a mask, and places taken from a tensor as if it were flat: masked_scatter, take.

Operands: `input`, `mask` and `source`; `input` and `index`.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, whole, wrong_dtype
from axiswise.ops.contract import UNKNOWN, Contract, same
from axiswise.ops.indexing import beyond


def _masked_conflicts(call: OpCall) -> list[Conflict]:
    data, mask = call.operands["input"].shape, call.operands["mask"].shape
    found = wrong_dtype(call, "mask", "bool")
    clash = first_clash(mask, data)
    if clash:
        return [*found, Conflict("broadcast", call, axis_of(call, "mask", clash[0]), axis_of(call, "input", clash[1]))]
    if call.params.get("inplace") and broadcast(mask, data) != data:
        found.append(Conflict("inplace", call, AxisUse("input", -1, len(data)), AxisUse("mask", -1, len(mask))))
    return found + wrong_dtype(call, "source", call.operands["input"].dtype, against="input")


def _masked_output(call: OpCall) -> tuple[Shape, ...] | None:
    data, mask = call.operands["input"].shape, call.operands["mask"].shape
    return (broadcast(data, mask) or data,)


def _masked_source(call: OpCall, output: int, axis: int) -> AxisSource:
    size, rank = call.outputs[output].shape[axis], call.outputs[output].rank
    for role in ("input", "mask"):
        shape = call.operands[role].shape
        back = axis - rank + len(shape)
        if back >= 0 and shape[back] == size:
            return same(role, back)
    return UNKNOWN


def _take_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_dtype(call, "index", "int64")
    flat = replace(call.operands["input"], shape=(prod(call.operands["input"].shape),))
    for conflict in beyond(replace(call, operands={**call.operands, "input": flat}), "index", 0):
        found.append(replace(conflict, call=call, right=whole(call, "input")))
    return found


def _take_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["index"].shape,)


def _take_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("index", axis)


NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {
    "masked_scatter": Contract(_masked_conflicts, _masked_output, _masked_source),
    "take": Contract(_take_conflicts, _take_output, _take_source),
}
