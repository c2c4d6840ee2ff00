"""Forward along the run: what is done with a tensor, and where its axes go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from axiswise.facts import OpCall, TensorRef, Trace
from axiswise.ops.contract import contract_of

FURTHEST = 24
"""Calls in a row that a tensor is followed through."""


@dataclass(frozen=True, slots=True)
class Met:
    """A call that a tensor comes to.

    Attributes:
        call: The call.
        role: What the tensor is to it.
        axes: Axis of the operand -> axis of the tensor that was followed.
    """

    call: OpCall
    role: str
    axes: Mapping[int, int]


class Uses:
    """Which calls take which tensors."""

    def __init__(self, trace: Trace) -> None:
        self._calls: dict[int, list[tuple[OpCall, str]]] = {}
        for call in trace.calls:
            for role, ref in call.operands.items():
                self._calls.setdefault(ref.id, []).append((call, role))

    def of(self, tensor: int) -> list[tuple[OpCall, str]]:
        return self._calls.get(tensor, [])

    def followed(self, ref: TensorRef, through: frozenset[str]) -> Iterator[Met]:
        """Yield the calls that a tensor comes to, straight or through operations of the given words."""
        waiting = [(ref.id, {axis: axis for axis in range(ref.rank)}, 0)]
        seen: set[tuple[int, str]] = set()
        while waiting:
            tensor, axes, steps = waiting.pop(0)
            for call, role in self.of(tensor):
                if (call.index, role) in seen or steps > FURTHEST:
                    continue
                seen.add((call.index, role))
                yield Met(call, role, axes)
                if call.op in through:
                    waiting += [
                        (output.id, kept, steps + 1)
                        for position, output in enumerate(call.outputs)
                        if (kept := carried(call, role, axes, position))
                    ]


def carried(call: OpCall, role: str, axes: Mapping[int, int], position: int = 0) -> dict[int, int]:
    """Return where the axes of an operand go in an output: axis of the output -> what it was mapped to."""
    contract = contract_of(call.op)
    found: dict[int, int] = {}
    if contract is None:
        return found
    for axis in range(call.outputs[position].rank):
        source = contract.source(call, position, axis)
        for each, place in source.axes if source.relation == "same" else ():
            if each == role and place in axes:
                found[axis] = axes[place]
    if len(call.operands) > 1 and role in call.operands:
        # Of broadcast operands a contract names the first; the others' axes stand in the same places.
        lead = call.outputs[position].rank - call.operands[role].rank
        if call.outputs[position].shape[lead:] == call.operands[role].shape and call.op in ALIGNED:
            found |= {axis + lead: axes[axis] for axis in axes}
    return found


ALIGNED = frozenset({"add", "sub", "mul", "div", "true_divide", "where", "masked_fill"})
"""Element by element: axes stand in the same places, counted from the last."""
