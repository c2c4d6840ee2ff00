"""The calls that an operand comes from, nearest first, whichever operand they in turn work on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from axiswise.facts import OpCall, Trace

WEIGHTS = frozenset({"weight", "bias", "running_mean", "running_var"})
"""Roles of what a layer holds itself: its making is no step of the data's way."""


def makers(trace: Trace, call: OpCall, role: str, furthest: int) -> Iterator[tuple[int, OpCall]]:
    """Yield the calls that an operand was made by, with how many calls lie between, at most so many calls."""
    ref = call.operands.get(role)
    end = call.index if call.index >= 0 else len(trace.calls)
    waiting = deque([(0, ref.id, end)] if ref is not None else [])
    seen: set[int] = set()
    while waiting and len(seen) < furthest:
        steps, tensor, before = waiting.popleft()
        found = trace.producer(tensor)
        if found is None or found[0].index >= before or found[0].index in seen:
            continue
        maker = found[0]
        seen.add(maker.index)
        yield steps, maker
        own = WEIGHTS if maker.layer is not None else frozenset[str]()
        data = [each for role, each in maker.operands.items() if not each.parameter and role not in own]
        waiting.extend((steps + 1, each.id, maker.index) for each in data)
