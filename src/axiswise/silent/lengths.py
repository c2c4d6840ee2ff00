"""Vectors that are brought to length 1, or compared, along another axis than their features."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.axes import position
from axiswise.silent.following import Uses, carried, handed
from axiswise.silent.reducing import PRODUCTS

TURNING = frozenset(
    "transpose permute movedim matrix-transpose reverse-axes contiguous float to dropout mul div clone".split()
)
"""What vectors go through and stay as long as they are, or as long as each other."""
FEATURES_LAST = frozenset({"linear", "embedding", "layer_norm", "rms_norm"})


def lengthened(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield norms and similarities along another axis than the features; facts: `fault`, `features`, `by`, `others`.

    Faults: `product` (a product of two such tensors sums over the features), `implied` (no axis was named, and torch
    takes axis 1).
    """
    normalized = [call for call in trace.calls if call.op == "normalize" and call.operands.get("input") is not None]
    made = {call.outputs[0].id: call for call in normalized if call.outputs}
    compared: dict[int, tuple[OpCall, list[OpCall]]] = {}
    for call in normalized:
        data = call.operands["input"]
        along = _along(call, data)
        by = _compared(trace, uses, call, along, made) if along != data.rank - 1 else None
        if by is not None:
            compared.setdefault(by.index, (by, []))[1].append(call)
    for by, (call, *others) in compared.values():
        use = AxisUse("input", _along(call, call.operands["input"]), 0)
        facts = {"fault": "product", "features": call.operands["input"].rank - 1, "by": by, "others": others}
        yield Conflict("norm-axis", call, use, facts=facts)
    for call in trace.calls:
        role = {"normalize": "input", "cosine_similarity": "left"}.get(call.op, "")
        data = call.operands.get(role)
        if data is not None and data.rank == 3 and _along(call, data) == 1 and _has_features_last(trace, data):
            facts = {"fault": "implied", "features": 2}
            yield Conflict("norm-axis", call, AxisUse(role, 1, data.shape[1]), facts=facts)


def _along(call: OpCall, data: TensorRef) -> int:
    dim = call.params.get("dim")
    return position(dim, data.rank) if isinstance(dim, int) else data.rank - 1


def _compared(trace: Trace, uses: Uses, call: OpCall, along: int, made: dict[int, OpCall]) -> OpCall | None:
    """Return the product of two such tensors that sums over the last axis and keeps the one they were scaled along."""
    features = call.operands["input"].rank - 1
    for met in uses.followed(call.outputs[0], TURNING):
        others = [ref for role, ref in met.call.operands.items() if role != met.role] or [*met.call.operands.values()]
        if met.call.op in PRODUCTS and met.call.outputs and all(_is_made(trace, ref, made) for ref in others):
            left = carried(met.call, met.role, met.axes).values()
            if along in left and features in met.axes.values() and features not in left:
                return met.call
    return None


def _is_made(trace: Trace, ref: TensorRef, made: dict[int, OpCall]) -> bool:
    """Return whether a tensor was brought to a length as well."""
    while ref.id not in made:
        found = trace.producer(ref.id)
        if found is None or found[0].op not in TURNING or not found[0].operands:
            return False
        ref = next(iter(found[0].operands.values()))
    return True


def _has_features_last(trace: Trace, ref: TensorRef) -> bool:
    """Return whether the last axis is what a layer gave as features."""
    makers = handed(trace, ref, ref.rank - 1)
    return any(maker.op in FEATURES_LAST and at == maker.outputs[0].rank - 1 for maker, at in makers)
