"""Keys from one sequence and values from another: as long as each other, they fit, and weights meet the wrong steps."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.contract import contract_of
from axiswise.silent.following import ALIGNED, Uses

MADE = frozenset({"randn", "rand", "randint", "zeros", "ones", "from-array", "embedding"})
"""What a sequence begins with, where a program makes it up or looks it up."""
MOST = 200


def mismatched(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield attentions whose values are of the queries' sequence, and whose keys are of another one; no facts."""
    for call in trace.calls:
        steps = _steps(call)
        if steps is None:
            continue
        query, key, value = (_begun(trace, call.operands[role], steps) for role in ("query", "key", "value"))
        if key and value and not key & value and query & value and not query & key:
            yield Conflict("key-value", call, AxisUse("value", steps, call.operands["value"].shape[steps]))


def _steps(call: OpCall) -> int | None:
    """Return the axis of the steps of an attention; None for other calls."""
    refs = [call.operands.get(role) for role in ("query", "key", "value")]
    if any(ref is None or ref.rank < 3 for ref in refs) or not call.outputs:
        return None
    if call.op == "sdpa":
        return call.operands["key"].rank - 2
    if call.op == "multihead_attention":
        return 1 if call.params.get("batch_first") else 0
    return None


def _begun(trace: Trace, ref: TensorRef, axis: int) -> set[tuple[int, int]]:
    """Return the tensors at which an axis begins, each with its place there; empty where one of them is not known."""
    found, waiting, seen = set[tuple[int, int]](), [(ref, axis)], set[tuple[int, int]]()
    while waiting and len(seen) < MOST:
        ref, axis = waiting.pop()
        if (ref.id, axis) in seen:
            continue
        seen.add((ref.id, axis))
        made = trace.producer(ref.id)
        if made is None or made[0].op in MADE:
            found.add((ref.id, axis))
            continue
        before = _before(made[0], made[1], axis)
        if not before:
            return set()
        waiting += before
    return found


def _before(call: OpCall, output: int, axis: int) -> list[tuple[TensorRef, int]]:
    """Return what an axis was one call earlier, of every operand that has it."""
    if call.op in ALIGNED:
        lead = [(ref, axis - call.outputs[output].rank + ref.rank) for ref in call.operands.values()]
        return [
            (ref, place) for ref, place in lead if place >= 0 and ref.shape[place] == call.outputs[output].shape[axis]
        ]
    contract = contract_of(call.op)
    source = contract.source(call, output, axis) if contract is not None else None
    if source is None or source.relation != "same":
        return []
    return [(call.operands[role], place) for role, place in source.axes if role in call.operands]
