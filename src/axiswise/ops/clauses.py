"""Short ways to state the conflicts that every family knows: wrong rank, wrong element type, two axes that differ."""

from __future__ import annotations

import math
from typing import Any

from axiswise.facts import AxisUse, Conflict, OpCall, is_series

FLOATS = ("float32", "float64", "float16", "bfloat16")
INDICES = ("int64", "int32")


def axis_of(call: OpCall, role: str, axis: int, param: str = "", index: int = -1) -> AxisUse:
    """Return the use of one axis of an operand; negative axes count from the end."""
    shape = call.operands[role].shape
    position = axis + len(shape) if axis < 0 else axis
    return AxisUse(role, position, shape[position], param, index)


def whole(call: OpCall, role: str) -> AxisUse:
    """Return the use of a whole operand: its number of elements."""
    return AxisUse(role, -1, math.prod(call.operands[role].shape))


def setting(name: str, size: int, index: int = -1) -> AxisUse:
    """Return the use of a size that only a parameter gives."""
    return AxisUse("", -1, size, name, index)


def differ(kind: str, call: OpCall, left: AxisUse, right: AxisUse, **facts: Any) -> list[Conflict]:
    """Return the conflict of two sizes that have to be equal, or nothing where they are."""
    return [Conflict(kind, call, left, right, facts)] if left.size != right.size else []


def wrong_rank(call: OpCall, role: str, *allowed: int | str) -> list[Conflict]:
    """Return the conflict of an operand whose number of axes is not among `allowed`, or nothing.

    The last of `allowed` may be words (`"1 or more"`), whose number is then the lowest rank.
    """
    if role not in call.operands:
        return []  # what is no tensor has no axes: the framework says what it is
    rank = call.operands[role].rank
    words = [each for each in allowed if isinstance(each, str)]
    if rank in allowed or any(rank >= int(each.split()[0]) for each in words):
        return []
    return [Conflict("rank", call, AxisUse(role, -1, rank), facts={"allowed": allowed})]


def wrong_dtype(call: OpCall, role: str, *wanted: str, against: str = "") -> list[Conflict]:
    """Return the conflict of an operand whose element type is known and not among `wanted` (known ones), or nothing.

    `against` names the operand that `wanted` was read off.
    """
    found = call.operands[role].dtype if role in call.operands else ""
    wanted = tuple(name for name in wanted if name)
    if not found or not wanted or found in wanted:
        return []
    right = whole(call, against) if against else None
    return [Conflict("dtype", call, whole(call, role), right, {"wanted": wanted, "found": found})]


def uncounted(call: OpCall, name: str, *allowed: int | str) -> Conflict:
    """Return the conflict of a parameter that lists another number of values than the operation takes."""
    value = call.params.get(name)
    count = len(value) if is_series(value) else 1
    return Conflict("rank", call, setting(name, count), facts={"allowed": allowed, "listed": True})


def out_of_range(call: OpCall, role: str, dim: Any, param: str = "dim", extra: int = 0) -> list[Conflict]:
    """Return the conflict of an axis number that an operand does not have, or nothing.

    A 0-dimensional tensor takes 0 and -1. `extra` counts axes that the operation adds first (unsqueeze, stack).
    """
    if not isinstance(dim, int):
        return []
    rank = max(call.operands[role].rank + extra, 1)
    if -rank <= dim < rank:
        return []
    facts = {"lowest": -rank, "highest": rank - 1}
    return [Conflict("axis-range", call, None, AxisUse("", -1, int(dim), param), facts)]
