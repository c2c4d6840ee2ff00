"""Models that declare what they take: `declare` makes an input of a declared shape, `model` is called with data.

declare: params `shape` (sizes of one sample) or `batch_shape` (with the batch), None for an axis left open; `batched`
False where the declared shape has no batch axis of its own. model: operands `input` or `inputs.0`, ..., and for each
its declaration `declared.0`, ...; an axis left open has an AnySize. Parameter `whole` has the shapes of the arrays that
a loop cut its batches from, by role; `stream` says what the batches come from where that is no array; `exact` that no
axis of 1 is given to the data or taken from them.
"""

from __future__ import annotations

from typing import Any

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape, is_series
from axiswise.ops.clauses import axis_of, differ
from axiswise.ops.contract import UNKNOWN, Contract, given
from axiswise.origin import AnySize

SHAPES = {"shape": 1, "input_shape": 1, "batch_shape": 0, "batch_input_shape": 0}
"""Parameters that declare a shape, and the axis that their first size stands for."""


def _legal(call: OpCall) -> list[Conflict]:
    return []


def _declared(call: OpCall) -> tuple[str, tuple[Any, ...]] | None:
    for name in SHAPES:
        value = call.params.get(name)
        if is_series(value):
            return name, tuple(value)
    return None


def _declared_output(call: OpCall) -> tuple[Shape, ...] | None:
    found = _declared(call)
    if found is None:
        return None
    lead = (AnySize(),) * SHAPES[found[0]]
    return ((*lead, *(AnySize() if size is None else size for size in found[1])),)


def _declared_source(call: OpCall, output: int, axis: int) -> AxisSource:
    found = _declared(call)
    place = axis - SHAPES[found[0]] if found is not None else -1
    return given(found[0], place) if found is not None and place >= 0 else UNKNOWN


def pairs(call: OpCall) -> list[tuple[str, str]]:
    """Return the roles of each input's data and declaration."""
    data = [role for role in call.operands if not role.startswith("declared.")]
    return [(role, f"declared.{place}") for place, role in enumerate(data) if f"declared.{place}" in call.operands]


def _conflicts(call: OpCall) -> list[Conflict]:
    found: list[Conflict] = []
    for role, declared in pairs(call):
        found += _input_conflicts(call, role, declared)
    return found


def _input_conflicts(call: OpCall, role: str, declared: str) -> list[Conflict]:
    found = _differences(call, role, declared)
    whole: Shape = call.params.get("whole", {}).get(role, call.operands[role].shape)
    wanted = call.operands[declared].shape
    lacking = _lacking(whole, wanted[1:]) if found else None
    if lacking is not None:
        facts = {"missing": "batch", "sample": whole, "channel": lacking, "allowed": (len(wanted),)}
        sides = AxisUse(role, -1, call.operands[role].rank), AxisUse(declared, -1, len(wanted))
        return [Conflict("declared", call, *sides, facts)]
    return found


def _lacking(whole: Shape, sample: Shape) -> bool | None:
    """Return whether an array that is one sample lacks its last axis of 1 too; None where it is no sample."""
    if _fits(whole, sample):
        return False
    is_map = len(sample) > 2 and sample[-1] == 1 and not isinstance(sample[-1], AnySize)
    return True if is_map and _fits(whole, sample[:-1]) else None


def _differences(call: OpCall, role: str, declared: str) -> list[Conflict]:
    data, wanted = call.operands[role].shape, call.operands[declared].shape
    if call.params.get("exact"):
        pass
    elif len(data) == len(wanted) + 1 and data[-1] == 1 and not isinstance(data[-1], AnySize):
        data = data[:-1]  # Keras takes a last axis of 1 away, and adds one
    elif len(data) == len(wanted) - 1 and wanted[-1] == 1 and not isinstance(wanted[-1], AnySize):
        data = (*data, 1)
    if len(data) != len(wanted):
        facts = {"extra": "batch"} if _whole(data, wanted) else {}
        sides = AxisUse(role, -1, len(data)), AxisUse(declared, -1, len(wanted))
        return [Conflict("declared", call, *sides, {"allowed": (len(wanted),), **facts})]
    return [
        conflict
        for axis in range(1, min(len(wanted), call.operands[role].rank))
        for conflict in differ("declared", call, axis_of(call, role, axis), axis_of(call, declared, axis))
    ]


def _fits(data: Shape, wanted: Shape) -> bool:
    return len(data) == len(wanted) and all(ours == theirs for ours, theirs in zip(data, wanted, strict=True))


def _whole(data: Shape, wanted: Shape) -> bool:
    """Return whether a whole array's shape was declared, its samples counted in, where one sample's was meant."""
    return len(wanted) == len(data) + 1 and _fits(data[1:], wanted[2:])


def _unknown_output(call: OpCall) -> tuple[Shape, ...] | None:
    return None


def _unknown_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return UNKNOWN


CONTRACTS: dict[str, Contract] = {
    "declare": Contract(_legal, _declared_output, _declared_source),
    "model": Contract(_conflicts, _unknown_output, _unknown_source),
}
