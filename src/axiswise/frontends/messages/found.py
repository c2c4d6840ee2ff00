"""Conflicts built from what a message tells: often a size and an axis, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axiswise.facts import AxisUse, Conflict, LayerRef, OpCall, Shape, TensorRef
from axiswise.frontends.messages.wording import UNKNOWN_SIZE


def conflict(
    kind: str,
    op: str,
    shapes: Mapping[str, Shape] | None = None,
    left: AxisUse | None = None,
    right: AxisUse | None = None,
    params: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Conflict:
    """Return a conflict over a call that holds what the text gives: operands by role, and parameters."""
    operands = {role: TensorRef(-1, shape) for role, shape in (shapes or {}).items()}
    return Conflict(kind, OpCall(-1, op, operands, params or {}), left, right, facts)


def layered(found: Conflict, name: str, kind: str) -> Conflict:
    """Return a conflict as that of a layer which the text names, and which stands nowhere in a line that is shown."""
    found.call.layer = LayerRef(name or kind, kind, direct=False)
    return found


def size(role: str, axis: int, length: int, param: str = "", index: int = -1) -> AxisUse:
    """Return one side of a disagreement."""
    return AxisUse(role, axis, length, param, index)


def first_difference(left: Shape, right: Shape) -> int | None:
    """Return the first axis on which two shapes of equal rank differ, or None; an unknown size agrees with any."""
    if len(left) != len(right):
        return None
    pairs = enumerate(zip(left, right, strict=True))
    return next((axis for axis, (a, b) in pairs if a != b and UNKNOWN_SIZE not in (a, b)), None)


def rank(op: str, role: str, found: int, *allowed: int | str, shape: Shape | None = None) -> Conflict:
    """Return the conflict of an operand with a number of axes that the operation does not take.

    A number of axes that the text does not tell is -1.
    """
    return conflict("rank", op, {role: shape} if shape is not None else {}, size(role, -1, found), allowed=allowed)


def unequal(kind: str, op: str, roles: tuple[str, str], left: Shape, right: Shape, **facts: Any) -> Conflict | None:
    """Return the conflict of two shapes that have to be equal; None when they are."""
    if left == right:
        return None
    shapes = {roles[0]: left, roles[1]: right}
    axis = first_difference(left, right)
    if axis is None and len(left) == len(right):
        return conflict(kind, op, shapes, **facts)
    if axis is None:
        return conflict(kind, op, shapes, size(roles[0], -1, len(left)), size(roles[1], -1, len(right)), **facts)
    return conflict(kind, op, shapes, size(roles[0], axis, left[axis]), size(roles[1], axis, right[axis]), **facts)
