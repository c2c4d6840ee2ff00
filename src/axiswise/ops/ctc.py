"""The loss of an alignment that is not known: ctc_loss.

Operands: `log_probs` (T, N, C) or (T, C), `targets` (N, S) or all in one row, `input_lengths` and `target_lengths`.
Frontends that know the values of the lengths give `highest_input_lengths` and `highest_target_lengths`.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.clauses import axis_of, differ, setting, whole, wrong_rank
from axiswise.ops.contract import Contract, same
from axiswise.ops.loss import reduced

LENGTHS = ("input_lengths", "target_lengths")


def _conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "log_probs", 2, 3) + wrong_rank(call, "targets", 1, 2)
    if found:
        return found
    if call.operands["log_probs"].rank == 3:
        found = _batch_conflicts(call)
    return found or _length_conflicts(call)


def _batch_conflicts(call: OpCall) -> list[Conflict]:
    """As many rows of targets, and as many lengths, as there are samples along axis 1."""
    batch = axis_of(call, "log_probs", 1)
    found: list[Conflict] = []
    if call.operands["targets"].rank == 2:
        found += differ("batch", call, batch, axis_of(call, "targets", 0))
    for role in LENGTHS:
        if role in call.operands:
            one = call.operands[role].rank == 1
            found += differ("batch", call, batch, axis_of(call, role, 0) if one else whole(call, role))
        elif role in call.params:
            found += differ("batch", call, batch, setting(role, len(numbers(call.params[role]))))
    return found


def _length_conflicts(call: OpCall) -> list[Conflict]:
    """No length is beyond the axis that it is a length along, where a frontend knows the lengths."""
    steps = axis_of(call, "log_probs", 0)
    places = axis_of(call, "targets", 1) if call.operands["targets"].rank == 2 else None
    for role, along in zip(LENGTHS, (steps, places), strict=True):
        longest = max(numbers(call.params.get(role)), default=call.params.get(f"highest_{role}"))
        if along is None or not isinstance(longest, int) or longest <= along.size:
            continue
        left = AxisUse(role if role in call.operands else "", -1, int(longest), role)
        return [Conflict("index-range", call, left, along, {"length": along.size, "highest": longest, "count": True})]
    return []


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["log_probs"].shape
    return ((),) if reduced(call) or len(shape) != 3 else (shape[1:2],)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("log_probs", 1)


CONTRACTS: dict[str, Contract] = {"ctc_loss": Contract(_conflicts, _output, _source)}
