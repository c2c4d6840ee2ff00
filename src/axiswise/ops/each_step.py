"""A layer given every step of a sequence: `input` (batch, steps, ...).

Params: `axes`, those that the layer takes; `step`, what it makes of one step, without the batch, where that is known.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, Conflict, OpCall, Shape, is_series
from axiswise.ops.clauses import wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same
from axiswise.origin import AnySize


def _conflicts(call: OpCall) -> list[Conflict]:
    """The layer takes a batch of steps: an axis fewer than the sequences have."""
    axes = call.params.get("axes")
    return wrong_rank(call, "input", axes + 1) if isinstance(axes, int) else wrong_rank(call, "input", "3 or more")


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    data, step = call.operands["input"].shape, call.params.get("step")
    if not data or not is_series(step):
        return None
    steps = AnySize() if _conflicts(call) else data[1]
    return ((data[0], steps, *step),)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis) if axis < min(2, call.operands["input"].rank) else UNKNOWN


NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {"each_step": Contract(_conflicts, _output, _source)}
