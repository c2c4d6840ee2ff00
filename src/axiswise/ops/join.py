"""Tensors put together: cat along an axis they have, stack along a new one.

Operands `tensors.0`, `tensors.1`, ...; params dim.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.contract import UNKNOWN, Contract, given, same


def _roles(call: OpCall) -> list[str]:
    return [role for role in call.operands if role.startswith("tensors.")]


def _is_legacy(shape: Shape) -> bool:
    """Return whether a tensor is the empty vector, which torch joins to anything."""
    return shape == (0,)


def _joined(call: OpCall) -> list[str]:
    return [role for role in _roles(call) if not _is_legacy(call.operands[role].shape)] or _roles(call)[:1]


def _cat_conflicts(call: OpCall) -> list[Conflict]:
    roles, dim = _joined(call), call.params.get("dim", 0)
    if not roles:
        return []
    first = call.operands[roles[0]].shape
    if not first:
        return [Conflict("rank", call, AxisUse(roles[0], -1, 0), facts={"allowed": ("1 or more",)})]
    for role in roles[1:]:
        if len(call.operands[role].shape) != len(first):
            left, right = AxisUse(role, -1, len(call.operands[role].shape)), AxisUse(roles[0], -1, len(first))
            return [Conflict("rank", call, left, right, {"allowed": (len(first),)})]
    if not -len(first) <= dim < len(first):
        facts = {"lowest": -len(first), "highest": len(first) - 1}
        return [Conflict("axis-range", call, None, AxisUse("", -1, int(dim), "dim"), facts)]
    for role in roles[1:]:
        shape = call.operands[role].shape
        for axis, (ours, theirs) in enumerate(zip(first, shape, strict=True)):
            if axis != dim % len(first) and ours != theirs:
                return [Conflict("join", call, AxisUse(role, axis, theirs), AxisUse(roles[0], axis, ours))]
    return []


def _cat_output(call: OpCall) -> tuple[Shape, ...] | None:
    roles, dim = _joined(call), int(call.params.get("dim", 0))
    shapes = [call.operands[role].shape for role in roles]
    rank = max((len(shape) for shape in shapes), default=0)
    if not rank or not -rank <= dim < rank:
        return None
    dim %= rank
    first = next(shape for shape in shapes if len(shape) == rank)
    rest = (*first[:dim], *first[dim + 1 :])
    # One that lacks the joined axis was meant to have it.
    lengths = [shape[dim] if len(shape) == rank else 1 for shape in shapes if len(shape) == rank or shape == rest]
    return ((*first[:dim], sum(lengths), *first[dim + 1 :]),)


def _cat_source(call: OpCall, output: int, axis: int) -> AxisSource:
    roles, rank = _joined(call), len(call.outputs[output].shape)
    roles = [role for role in roles if call.operands[role].rank == rank]
    if axis != call.params.get("dim", 0) % max(rank, 1) or len(roles) == 1:
        return same(roles[0], axis) if roles else UNKNOWN
    return AxisSource("sum", tuple((role, axis) for role in roles))


def _stack_conflicts(call: OpCall) -> list[Conflict]:
    roles, dim = _roles(call), call.params.get("dim", 0)
    if not roles:
        return []
    first = call.operands[roles[0]].shape
    for role in roles[1:]:
        shape = call.operands[role].shape
        if shape != first:
            axis = next((i for i, (a, b) in enumerate(zip(first, shape, strict=False)) if a != b), -1)
            if axis < 0 or len(shape) != len(first):
                return [Conflict("stack", call, AxisUse(role, -1, len(shape)), AxisUse(roles[0], -1, len(first)))]
            return [Conflict("stack", call, AxisUse(role, axis, shape[axis]), AxisUse(roles[0], axis, first[axis]))]
    rank = len(first) + 1
    if not -rank <= dim < rank:
        facts = {"lowest": -rank, "highest": rank - 1}
        return [Conflict("axis-range", call, None, AxisUse("", -1, int(dim), "dim"), facts)]
    return []


def _stack_output(call: OpCall) -> tuple[Shape, ...] | None:
    roles, dim = _roles(call), call.params.get("dim", 0)
    first = call.operands[roles[0]].shape if roles else ()
    if not roles or not -len(first) - 1 <= dim <= len(first):
        return None
    dim %= len(first) + 1
    return ((*first[:dim], len(roles), *first[dim:]),)


def _stack_source(call: OpCall, output: int, axis: int) -> AxisSource:
    roles = _roles(call)
    dim = call.params.get("dim", 0) % (call.operands[roles[0]].rank + 1)
    return given("tensors") if axis == dim else same(roles[0], axis - (axis > dim))


CONTRACTS: dict[str, Contract] = {
    "cat": Contract(_cat_conflicts, _cat_output, _cat_source),
    "stack": Contract(_stack_conflicts, _stack_output, _stack_source),
}
