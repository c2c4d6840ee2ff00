"""Operands that live on different devices: a clause of every operation's contract."""

from __future__ import annotations

from axiswise.facts import AxisUse, Conflict, OpCall

MIXED = frozenset({"index", "index-assign", "copy", "to", "index_put"})
"""Operations that take operands of several devices (an index may stay on the CPU)."""


def device_conflict(call: OpCall) -> Conflict | None:
    """Return the conflict of a call whose operands live on different devices, or None.

    A 0-dimensional CPU tensor goes with any device.
    """
    if call.op in MIXED:
        return None
    placed = {
        role: ref.device for role, ref in call.operands.items() if ref.device and (ref.rank or ref.device != "cpu")
    }
    devices = tuple(dict.fromkeys(placed.values()))
    if len(devices) < 2:
        return None
    first, second = (next(role for role, device in placed.items() if device == each) for each in devices[:2])
    return Conflict("device", call, AxisUse(first, -1, 0), AxisUse(second, -1, 0), {"devices": devices})
