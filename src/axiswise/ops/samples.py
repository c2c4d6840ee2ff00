"""Data divided into two sets of samples, or brought into another order: split-samples, shuffle-samples.

Operands: `tensors.0`, ...; each gives two outputs, one after the other, or one. Params: `test_size`, `train_size`.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ
from axiswise.ops.contract import UNKNOWN, Contract, same

SHARE = 0.25
"""Of the samples, in the second set where no size is given."""


def _conflicts(call: OpCall) -> list[Conflict]:
    first, *others = call.operands or ("",)
    if not all(ref.shape for ref in call.operands.values()):
        return []
    for role in others:
        found = differ("batch", call, axis_of(call, first, 0), axis_of(call, role, 0))
        if found:
            return found
    return []


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    shapes = [ref.shape for ref in call.operands.values()]
    if not shapes or not all(shapes):
        return None
    share = call.params.get("test_size") or SHARE
    rows = min(shape[0] for shape in shapes)
    second = share if isinstance(share, int) else round(rows * float(share))
    if not 0 < second < rows:
        return None
    return tuple((count, *shape[1:]) for shape in shapes for count in (rows - second, second))


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    roles = list(call.operands)
    if output // 2 >= len(roles):
        return UNKNOWN
    role = roles[output // 2]
    return same(role, axis) if axis else AxisSource("part", ((role, 0),))


def _shuffled(call: OpCall) -> tuple[Shape, ...]:
    return tuple(ref.shape for ref in call.operands.values())


def _shuffled_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same(list(call.operands)[output], axis)


CONTRACTS: dict[str, Contract] = {
    "split-samples": Contract(_conflicts, _output, _source),
    "shuffle-samples": Contract(_conflicts, _shuffled, _shuffled_source),
}
