"""A weight that a layer makes when it meets its first input (Keras, lazy layers).

Operand `input`: the one it was built for. Parameter `laid`: for each axis of the weight the name of the setting that
gave it, or the axis of the input that it has to match.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.contract import UNKNOWN, Contract, given, same


def _conflicts(call: OpCall) -> list[Conflict]:
    return []


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    return None


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    laid: tuple[str | int | None, ...] = call.params["laid"]
    where = laid[axis] if axis < len(laid) else None
    if where is None:
        return UNKNOWN
    return given(where) if isinstance(where, str) else same("input", where % call.operands["input"].rank)


CONTRACTS: dict[str, Contract] = {"weight": Contract(_conflicts, _output, _source)}
