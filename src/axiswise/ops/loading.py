"""What a data loader yields: axis 0 is the batch that its argument asks for, the rest are a sample's own axes."""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.contract import Contract, given, same


def _conflicts(call: OpCall) -> list[Conflict]:
    return []


def _output(call: OpCall) -> tuple[Shape, ...]:
    return tuple(ref.shape for ref in call.operands.values())


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return given("batch_size") if axis == 0 else same(f"tensors.{output}", axis)


CONTRACTS: dict[str, Contract] = {"load-batch": Contract(_conflicts, _output, _source)}
