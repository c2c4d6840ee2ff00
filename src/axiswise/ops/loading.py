"""What a data loader yields: axis 0 is the batch that its argument asks for, the rest are a sample's own axes.

Operands are arrays with a sample along axis 0, as many in each; output i is a batch of operand i.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ
from axiswise.ops.contract import Contract, given, same


def _conflicts(call: OpCall) -> list[Conflict]:
    roles = [role for role, ref in call.operands.items() if ref.rank]
    found: list[Conflict] = []
    for role in roles[1:]:
        found += differ("batch", call, axis_of(call, roles[0], 0), axis_of(call, role, 0))
    return found


def _output(call: OpCall) -> tuple[Shape, ...]:
    return tuple(ref.shape for ref in call.operands.values())


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return given("batch_size") if axis == 0 else same(list(call.operands)[output], axis)


CONTRACTS: dict[str, Contract] = {"load-batch": Contract(_conflicts, _output, _source)}
