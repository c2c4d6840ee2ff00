"""Conflicts about what only stands in for a failed call's result: they say nothing about the program."""

from __future__ import annotations

from axiswise.facts import AxisUse, Conflict, OpCall, Trace
from axiswise.ops.contract import contract_of
from axiswise.source.provenance import saved_before, trail

HANDED = frozenset({"same", "window", "given", "unknown"})
"""Relations by which one axis is followed back; of a product only a part may be guessed."""

STANDING = "stands-in"
"""The word for a stand-in that no operation of the program made; its parameter `axes` says which are guessed."""


def is_guessed(trace: Trace, conflict: Conflict) -> bool:
    """Return whether a conflict is about an axis, or a number of axes, that a stand-in was given by guess."""
    behind = list(saved_before(trace, conflict.call))
    if not behind:
        return False
    if any(call.op == STANDING and call.params["axes"] is None for call in behind):
        return True
    sides = ((conflict.left, conflict.right), (conflict.right, conflict.left))
    return any(
        _leads_to_guess(trace, conflict.call, use, other.size if other and use.axis == side.axis else None)
        for side, other in sides
        if side
        for use in _axes(conflict, side)
    )


def _axes(conflict: Conflict, side: AxisUse) -> list[AxisUse]:
    """Return the axes that a side is about; of a loss's whole operands each of them."""
    ref = conflict.call.operands.get(side.operand)
    if side.axis >= 0 or ref is None or conflict.kind != "target":
        return [side]
    return [AxisUse(side.operand, axis, size) for axis, size in enumerate(ref.shape)]


def _leads_to_guess(trace: Trace, call: OpCall, use: AxisUse, other: int | None) -> bool:
    """Return whether an axis was guessed; not where the `other` size of a conflict is neither of those in dispute."""
    is_whole = True
    for step in trail(trace, call, use) if use.axis >= 0 else ():
        if step.call.saved and step.axis in guessed_axes(step.call, step.output):
            return not is_whole or other is None or _is_disputed(step.call, other)
        is_whole &= step.relation == "same"
        if step.relation not in HANDED:
            return False
    return False


def guessed_axes(call: OpCall, output: int = 0) -> frozenset[int]:
    """Return the axes of a stand-in that rest on a side of the disagreement, which may be the mistaken one."""
    if call.op == STANDING:
        return frozenset(call.params["axes"] or ())
    contract = contract_of(call.op)
    conflicts = contract.conflicts(call) if contract is not None else []
    axes = range(len(call.outputs[output].shape))
    if contract is None or not conflicts:
        return frozenset(axes)
    sides = {(use.operand, use.axis) for use in (conflicts[0].left, conflicts[0].right) if use is not None}
    found: set[int] = set()
    for axis in axes:
        source = contract.source(call, output, axis)
        if sides.intersection(source.axes) or (("right", 1) in source.axes and _is_turned(call, conflicts[0])):
            found.add(axis)
    return frozenset(found)


def _is_disputed(call: OpCall, size: int) -> bool:
    """Return whether a size is one of the two that a failed call disagrees about, as far as that can be said."""
    contract = contract_of(call.op)
    conflicts = contract.conflicts(call) if contract is not None else []
    sides = (conflicts[0].left, conflicts[0].right) if conflicts else (None,)
    return any(side is None or side.size == size for side in sides)


def _is_turned(call: OpCall, conflict: Conflict) -> bool:
    """Return whether a factor fits transposed: it then has its other axis at the result."""
    left, right = conflict.left, call.operands.get("right")
    if conflict.kind != "contraction" or call.layer is not None or left is None or right is None:
        return False
    return right.rank == 2 and right.shape[1] == left.size
