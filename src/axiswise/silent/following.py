"""Along the run: what is done with a tensor and where its axes go, and what an axis came through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from axiswise.facts import OpCall, TensorRef, Trace
from axiswise.ops.contract import contract_of
from axiswise.silent.lineage import ALIGNED, Lineage

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
        self._trace = trace
        self._calls: dict[int, list[tuple[OpCall, str]]] = {}
        self._before: dict[int, frozenset[int]] = {}
        for call in trace.calls:
            for role, ref in call.operands.items():
                self._calls.setdefault(ref.id, []).append((call, role))

    @cached_property
    def lineage(self) -> Lineage:
        """What the axes of the run's tensors are made of."""
        return Lineage(self._trace, self)

    def of(self, tensor: int) -> list[tuple[OpCall, str]]:
        return self._calls.get(tensor, [])

    def before(self, call: OpCall) -> frozenset[int]:
        """Return the calls, by their index, that what a call is given was made by, or was written into by."""
        found = self._before.get(call.index)
        if found is None:
            made, waiting = set[int](), [ref.id for ref in call.operands.values()]
            seen = set(waiting)
            while waiting:
                tensor = waiting.pop()
                maker = self._trace.producer(tensor)
                written = (each for each, role in self.of(tensor) if each.op == "index-assign" and role == "input")
                for each in (*written, *(maker[:1] if maker is not None else ())):
                    made.add(each.index)
                    further = {ref.id for ref in each.operands.values()} - seen
                    seen |= further
                    waiting += further
            found = self._before[call.index] = frozenset(made)
        return found

    def followed(self, ref: TensorRef, through: frozenset[str], *, mixed: bool = False) -> Iterator[Met]:
        """Yield the calls that a tensor comes to, straight or through operations of the given words.

        Args:
            ref: The tensor.
            through: The words.
            mixed: Whether what only mixes its heads is no end of it either.
        """
        waiting = [(ref.id, {axis: axis for axis in range(ref.rank)}, 0)]
        seen: set[tuple[int, str]] = set()
        while waiting:
            tensor, axes, steps = waiting.pop(0)
            for call, role in self.of(tensor):
                if (call.index, role) in seen or steps > FURTHEST:
                    continue
                seen.add((call.index, role))
                yield Met(call, role, axes)
                if call.op in through or (mixed and is_mixing(self._trace, call, role)):
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


def is_mixing(trace: Trace, call: OpCall, role: str) -> bool:
    """Return whether a call mixes one axis of four or more by what a module holds, as heads are, and keeps the rest."""
    ref, others = call.operands[role], [other for name, other in call.operands.items() if name != role]
    is_own = call.layer is not None or (bool(others) and all(is_held(trace, other) for other in others))
    if ref.rank < 4 or len(call.outputs) != 1 or not is_own:
        return False
    kept = carried(call, role, {axis: axis for axis in range(ref.rank)})
    return call.outputs[0].rank == ref.rank and len(kept) == ref.rank - 1


def is_held(trace: Trace, ref: TensorRef) -> bool:
    """Return whether a tensor is one that a module holds: a parameter, or made while the module was built."""
    found = trace.producer(ref.id)
    return bool(ref.parameter) or (found is not None and any(each.function == "__init__" for each in found[0].frames))


def handed(trace: Trace, ref: TensorRef, axis: int) -> Iterator[tuple[OpCall, int]]:
    """Yield the calls that an axis was handed through on its way to a tensor, each with its place in the result."""
    for _ in range(FURTHEST):
        found = trace.producer(ref.id)
        contract = contract_of(found[0].op) if found is not None else None
        if found is None or axis >= found[0].outputs[found[1]].rank:
            return
        yield found[0], axis
        source = contract.source(found[0], found[1], axis) if contract is not None else None
        operand = found[0].operands.get(source.axes[0][0]) if source is not None and source.axes else None
        if source is None or source.relation != "same" or operand is None:
            return
        ref, axis = operand, source.axes[0][1]
