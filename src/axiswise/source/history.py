"""What a conflict rests on: the expressions of the source but for which its sizes would be others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from axiswise.facts import AxisUse, Conflict, OpCall, Trace
from axiswise.origin import Span
from axiswise.source.loading import LOADING
from axiswise.source.provenance import FURTHEST, Step, places, trail, worked_on


def history(trace: Trace, conflict: Conflict) -> tuple[Span, ...]:
    """Return the numbers and calls that made the sizes of a conflict; for a number of axes, every call before it."""
    call = conflict.call
    uses = [use for use in (conflict.left, conflict.right) if use is not None]
    found: dict[Span, None] = {}
    for use in uses:
        for place in places(trace, call, use, use.size):
            literals = place.origin.literals() if place.origin else ()
            found |= dict.fromkeys(leaf.span for leaf in literals if leaf.span is not None)
    axes = [axis for use in uses for axis in _axes(conflict, use)]
    if axes or any(use.param for use in uses):
        steps = (step for axis in axes for step in trail(trace, call, axis) if not _is_passed(step))
        calls = (step.call for step in steps)
    else:
        calls = _before(trace, call)
    return tuple(found | {place: None for made in calls if (place := _place(made)) is not None})


def _place(call: OpCall) -> Span | None:
    """Return the expression that stands for a call: a layer's own, where the line runs a whole model of layers."""
    if call.op in LOADING:
        return None  # what it takes batches of has expressions of its own
    layer = call.layer
    return layer.built[-1].span if layer is not None and not layer.direct and layer.built else call.site


def roots(trace: Trace, conflict: Conflict) -> frozenset[tuple[Span, int]]:
    """Return where the two sizes of a conflict were made, each with the size there; nothing unless both are known."""
    found: set[tuple[Span, int]] = set()
    for use in (conflict.left, conflict.right):
        steps = [step for step in trail(trace, conflict.call, use) if not step.depth] if use is not None else []
        if not steps or steps[-1].call.site is None:
            return frozenset()
        found.add((steps[-1].call.site, steps[-1].size))
    return frozenset(found)


def _axes(conflict: Conflict, use: AxisUse) -> list[AxisUse]:
    ref = conflict.call.operands.get(use.operand)
    if ref is None or use.axis >= 0:
        return [use] if ref is not None else []
    return [replace(use, axis=axis) for axis in range(ref.rank)] if conflict.kind == "numel" else []


def _is_passed(step: Step) -> bool:
    """Return whether a call has no part in a size: a layer's settings gave it, or only axes of 1 came or went."""
    if step.relation == "given" and step.call.layer is not None:
        return True
    sides = [[size for size in ref.shape if size != 1] for ref in (*step.call.operands.values(), *step.call.outputs)]
    return step.relation == "same" and len(sides) == 2 and sides[0] == sides[1]


def _before(trace: Trace, call: OpCall) -> Iterator[OpCall]:
    """Yield the calls that an operand comes from, however far back, but not into data that a model was declared for."""
    models = (each for each in trace.calls if each.op == "model")
    declared = {ref.id for each in models for role, ref in each.operands.items() if not role.startswith("declared.")}
    waiting, seen = [ref.id for ref in call.operands.values() if ref.id not in declared], set[int]()
    while waiting and len(seen) < FURTHEST:
        tensor = waiting.pop()
        found = trace.producer(tensor)
        if found is not None and tensor not in seen:
            maker, output = found
            yield maker
            one = worked_on(maker, output) if len(maker.outputs) > 1 else None
            given = [one] if one is not None else list(maker.operands.values())
            waiting.extend(ref.id for ref in given if ref.id not in declared)
        seen.add(tensor)
