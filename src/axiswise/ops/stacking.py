"""Tensors raised to a number of axes, and joined: atleast_1d and its kin, hstack, vstack, dstack, pad_sequence.

Operands: `tensors.0`, `tensors.1`, ..., or `input` alone. Parameter: `batch_first` for pad_sequence.
"""

from __future__ import annotations

from axiswise.algebra.broadcasting import broadcast
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import replaced
from axiswise.ops.contract import UNKNOWN, Contract, same

LEAST = {"atleast_1d": 1, "atleast_2d": 2, "atleast_3d": 3, "hstack": 1, "vstack": 2, "dstack": 3, "column_stack": 2}


def _places(op: str, rank: int) -> tuple[int, ...]:
    """Return the axis of the tensor at each place of the raised one, -1 for a new one; a third one comes last."""
    if op == "column_stack":
        return (*range(rank), -1) if rank == 1 else (-1, -1) if rank == 0 else tuple(range(rank))
    missing = max(LEAST[op] - rank, 0)
    behind = 1 if LEAST[op] == 3 and 0 < missing < 3 else 0
    return (-1,) * (missing - behind) + tuple(range(rank)) + (-1,) * behind


def _raised(op: str, shape: Shape) -> Shape:
    return tuple(shape[place] if place >= 0 else 1 for place in _places(op, len(shape)))


def _listed(call: OpCall) -> list[tuple[str, Shape]]:
    return [(role, ref.shape) for role, ref in call.operands.items()]


def _raised_output(call: OpCall) -> tuple[Shape, ...] | None:
    return tuple(_raised(call.op, shape) for _, shape in _listed(call))


def _raised_source(call: OpCall, output: int, axis: int) -> AxisSource:
    role, shape = _listed(call)[output]
    place = _places(call.op, len(shape))[axis]
    return same(role, place) if place >= 0 else UNKNOWN


def _dim(call: OpCall, rank: int) -> int:
    """Return the axis along which the raised tensors are joined."""
    return {"hstack": 0 if rank == 1 else 1, "vstack": 0, "dstack": 2, "column_stack": 1}[call.op]


def _join_conflicts(call: OpCall) -> list[Conflict]:
    listed = _listed(call)
    if not listed:
        return [Conflict("join", call, facts={"tensors": 0})]
    first, lead = listed[0]
    mine = _raised(call.op, lead)
    for role, shape in listed[1:]:
        its = _raised(call.op, shape)
        if len(its) != len(mine):
            left, right = AxisUse(role, -1, len(shape)), AxisUse(first, -1, len(lead))
            return [Conflict("rank", call, left, right, {"allowed": (len(lead),)})]
        for axis, (ours, theirs) in enumerate(zip(mine, its, strict=True)):
            if ours != theirs and axis != _dim(call, len(mine)):
                left = AxisUse(first, _places(call.op, len(lead))[axis], ours)
                right = AxisUse(role, _places(call.op, len(shape))[axis], theirs)
                return [Conflict("join", call, left, right, {"tensors": len(listed)})]
    return []


def _join_output(call: OpCall) -> tuple[Shape, ...] | None:
    raised = [_raised(call.op, shape) for _, shape in _listed(call)]
    if not raised:
        return None
    dim = _dim(call, len(raised[0]))
    return (replaced(raised[0], dim, sum(shape[dim] if dim < len(shape) else 1 for shape in raised)),)


def _join_source(call: OpCall, output: int, axis: int) -> AxisSource:
    listed = _listed(call)
    axes = [(role, _places(call.op, len(shape))[axis]) for role, shape in listed]
    if axis == _dim(call, len(call.outputs[output].shape)):
        return AxisSource("sum", tuple(axes)) if all(place >= 0 for _, place in axes) else UNKNOWN
    return next((same(role, place) for role, place in axes if place >= 0), UNKNOWN)


def _sequence_conflicts(call: OpCall) -> list[Conflict]:
    listed = _listed(call)
    if not listed:
        return [Conflict("stack", call, facts={"tensors": 0})]
    bare = [role for role, shape in listed if not shape]
    if bare:
        return [Conflict("rank", call, AxisUse(bare[0], -1, 0), facts={"allowed": ("1 or more",)})]
    first, lead = listed[0]
    for role, shape in listed[1:]:
        # torch copies each sequence into the first one's width, with broadcasting.
        target = (shape[0], *lead[1:])
        if broadcast(target, shape) == target:
            continue
        if len(shape) == len(lead):
            axis = next(axis for axis in range(1, len(lead)) if shape[axis] not in (1, lead[axis]))
            return [Conflict("stack", call, AxisUse(first, axis, lead[axis]), AxisUse(role, axis, shape[axis]))]
        left, right = AxisUse(role, -1, len(shape)), AxisUse(first, -1, len(lead))
        return [Conflict("rank", call, left, right, {"allowed": (len(lead),)})]
    return []


def _sequence_output(call: OpCall) -> tuple[Shape, ...] | None:
    shapes = [shape for _, shape in _listed(call) if shape]
    if not shapes:
        return None
    lead = len(call.operands), max(shape[0] for shape in shapes)
    return ((*(lead if call.params.get("batch_first") else lead[::-1]), *shapes[0][1:]),)


def _sequence_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis >= 2:
        return same("tensors.0", axis - 1)
    if axis != (1 if call.params.get("batch_first") else 0):
        return UNKNOWN
    return same(max(_listed(call), key=lambda each: each[1][0])[0], 0)


CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(
        ("atleast_1d", "atleast_2d", "atleast_3d"), Contract(lambda call: [], _raised_output, _raised_source)
    ),
    **dict.fromkeys(
        ("hstack", "vstack", "dstack", "column_stack"), Contract(_join_conflicts, _join_output, _join_source)
    ),
    "pad_sequence": Contract(_sequence_conflicts, _sequence_output, _sequence_source),
}
