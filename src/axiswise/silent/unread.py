"""States that a recurrent layer ends with, of which a part is taken while the rest, and all outputs, are never read.

Source: torch's documentation of the recurrent layers: `h_n` is (layers * directions, batch, width), the last one last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.axes import position
from axiswise.silent.following import Uses
from axiswise.silent.layouts import KEEPING, RECURRENT

JUDGING = frozenset({"linear", "bilinear", "lstm_cell", "gru_cell", "rnn_cell", "conv1d"}) | RECURRENT


def unread(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield what takes the state of a layer that is not the last, or of one direction, where nothing reads the others.

    Facts: `by` (the recurrent layer), `layers`, `whole` (whether a stretch is taken, not one), `times` (of its calls).
    """
    layers: dict[object, list[OpCall]] = {}
    for call in trace.calls:
        if call.op in RECURRENT and len(call.outputs) > 1 and call.outputs[1].rank == 3:
            built = call.layer.built if call.layer is not None else ()
            key = (call.layer.path, built[-1].span) if call.layer is not None and built else call.index
            layers.setdefault(key, []).append(call)
    for calls in layers.values():
        count, directions = calls[0].outputs[1].shape[0], 1 + bool(calls[0].params.get("bidirectional"))
        if count > 1 and not any(uses.of(call.outputs[0].id) for call in calls):
            yield from _lower(uses, calls, count, directions)


def _lower(uses: Uses, calls: list[OpCall], count: int, directions: int) -> Iterator[Conflict]:
    """Yield what is taken of the states of a layer's calls, never any of the last layer, or all is forwards."""
    states = [(call, state) for call in calls for state in call.outputs[1:]]
    picks = [(by, call, _picked(call)) for by, state in states for call, _ in uses.of(state.id)]
    places = {place for _, _, place in picks}
    is_lower = count > directions and all(place is not None and place < count - directions for place in places)
    if not is_lower and not (count == directions and places == {0}):
        return
    for by, call, _ in picks:
        if any(met.call.op in JUDGING for met in uses.followed(call.outputs[0], KEEPING - {"linear"})):
            times = sum(each is by for each, _, _ in picks)
            facts = {"by": by, "layers": count // directions, "whole": call.outputs[0].rank == 3, "times": times}
            yield Conflict("unread-state", call, AxisUse("input", 0, count), facts=facts)
            return


def _picked(call: OpCall) -> int | None:
    """Return which one of the first axis a call takes; None where it takes several, or does anything else."""
    data: TensorRef | None = call.operands.get("input")
    if data is None or not call.outputs:
        return None
    if call.op == "select":
        dim, at = call.params.get("dim"), call.params.get("index")
        return _at(at, data.shape[0]) if isinstance(dim, int) and position(dim, data.rank) == 0 else None
    if call.op != "index" or len(call.operands) != 1:
        return None
    index = call.params.get("index")
    first, *rest = cast("tuple[object, ...]", index) if isinstance(index, tuple) else (index,)
    return _at(first, data.shape[0]) if all(part == slice(None) for part in rest) else None


def _at(part: object, size: int) -> int | None:
    """Return the one place that an integer, or a stretch of one, stands for."""
    if isinstance(part, int):
        return part % size
    if isinstance(part, slice):
        first, last, step = cast("slice[Any, Any, Any]", part).indices(size)
        return first if last - first == step == 1 else None
    return None
