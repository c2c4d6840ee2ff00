"""A layer given every step of a sequence: `input` (batch, steps, ...); params `axes`, those that the layer takes."""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same


def _conflicts(call: OpCall) -> list[Conflict]:
    """The layer takes a batch of steps: an axis fewer than the sequences have."""
    axes = call.params.get("axes")
    return wrong_rank(call, "input", axes + 1) if isinstance(axes, int) else wrong_rank(call, "input", "3 or more")


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    return None


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis) if axis < 2 else UNKNOWN


NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {"each_step": Contract(_conflicts, _output, _source)}
