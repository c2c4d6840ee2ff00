"""Vectors that are brought to length 1, or compared, along another axis than their features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.axes import position
from axiswise.silent.following import Uses, carried, handed
from axiswise.silent.reducing import PRODUCTS, SUMS
from axiswise.silent.reductions import behind, over

TURNING = frozenset(
    "transpose permute movedim matrix-transpose reverse-axes contiguous float to dropout mul div clone".split()
)
"""What vectors go through and stay as long as they are, or as long as each other."""
FEATURES_LAST = frozenset({"linear", "embedding", "layer_norm", "rms_norm"})
EUCLIDEAN = (2, 2.0, "fro", None)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A tensor whose vectors are brought to length 1.

    Attributes:
        by: The call that says along which axis.
        data: What it was before.
        along: That axis.
        result: What it is then.
    """

    by: OpCall
    data: TensorRef
    along: int
    result: TensorRef


def lengthened(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield norms and similarities along another axis than the features; facts: `fault`, `features`, `by`, `others`.

    Faults: `product` (a product of two such tensors sums over the features), `implied` (no axis was named, and torch
    takes axis 1). Sums of products of two such tensors over another axis are of the kind `reduction-axis`.
    """
    made = {scaled.result.id: scaled for call in trace.calls for scaled in _scaled(trace, call)}
    compared: dict[int, tuple[OpCall, list[Scaled]]] = {}
    for scaled in made.values():
        by = _compared(trace, uses, scaled, made) if scaled.along != scaled.data.rank - 1 else None
        if by is not None:
            compared.setdefault(by.index, (by, []))[1].append(scaled)
    for by, (scaled, *others) in compared.values():
        use = AxisUse("input", scaled.along, scaled.data.shape[scaled.along])
        facts = {"fault": "product", "features": scaled.data.rank - 1, "by": by, "others": [each.by for each in others]}
        yield Conflict("norm-axis", scaled.by, use, facts=facts)
    for call in trace.calls:
        role = {"normalize": "input", "cosine_similarity": "left"}.get(call.op, "")
        data = call.operands.get(role)
        if data is not None and data.rank == 3 and _along(call, data) == 1 and _has_features_last(trace, data):
            facts = {"fault": "implied", "features": 2}
            yield Conflict("norm-axis", call, AxisUse(role, 1, data.shape[1]), facts=facts)
        if call.op == "mul" and made:
            yield from _summed(uses, call, made)


def _along(call: OpCall, data: TensorRef) -> int:
    dim = call.params.get("dim")
    return position(dim, data.rank) if isinstance(dim, int) else data.rank - 1


def _scaled(trace: Trace, call: OpCall) -> Iterator[Scaled]:
    """Yield what a call brings to length 1: `normalize`, or a division by a norm of the same tensor."""
    data, left, right = (call.operands.get(role) for role in ("input", "left", "right"))
    if call.op == "normalize" and data is not None and call.outputs:
        yield Scaled(call, data, _along(call, data), call.outputs[0])
    elif call.op in ("div", "true_divide") and left is not None and right is not None and call.outputs:
        norm = behind(trace, right, frozenset({"norm", "sum"}))
        if norm is None or len(over(norm)) != 1 or norm.params.get("p") not in EUCLIDEAN:
            return
        whole = norm.operands["input"]
        if norm.op == "sum":
            found = trace.producer(whole.id)
            refs = list(found[0].operands.values()) if found is not None else []
            is_square = found is not None and (
                (found[0].op == "pow" and found[0].params.get("right") == 2)
                or found[0].op == "square"
                or (found[0].op == "mul" and len(refs) == 2 and refs[0].id == refs[1].id)
            )
            if not is_square or behind(trace, right, frozenset({"sqrt"})) is None:
                return
            whole = refs[0]
        if whole.id == left.id:
            yield Scaled(norm, left, over(norm)[0], call.outputs[0])


def _compared(trace: Trace, uses: Uses, scaled: Scaled, made: Mapping[int, Scaled]) -> OpCall | None:
    """Return the product of two such tensors that sums over the last axis and keeps the one they were scaled along."""
    features = scaled.data.rank - 1
    for met in uses.followed(scaled.result, TURNING):
        others = [ref for role, ref in met.call.operands.items() if role != met.role] or [*met.call.operands.values()]
        if met.call.op in PRODUCTS and met.call.outputs and all(_is_made(trace, ref, made) for ref in others):
            left = carried(met.call, met.role, met.axes).values()
            if scaled.along in left and features in met.axes.values() and features not in left:
                return met.call
    return None


def _is_made(trace: Trace, ref: TensorRef, made: Mapping[int, Scaled]) -> bool:
    """Return whether a tensor was brought to a length as well."""
    while ref.id not in made:
        found = trace.producer(ref.id)
        if found is None or found[0].op not in TURNING or not found[0].operands:
            return False
        ref = max(found[0].operands.values(), key=lambda each: each.rank)
    return True


def _summed(uses: Uses, product: OpCall, made: Mapping[int, Scaled]) -> Iterator[Conflict]:
    """Yield sums of products of two such tensors, element by element, over another axis than that of their lengths."""
    sides = [made[ref.id] for ref in product.operands.values() if ref.id in made]
    if len(sides) != 2 or sides[0].along != sides[1].along or sides[0].data.shape != sides[1].data.shape:
        return
    along = sides[0].along
    for met in uses.followed(product.outputs[0], frozenset()):
        axes = over(met.call) if met.call.op in SUMS and met.role == "input" else ()
        if not axes or along in axes or not met.call.outputs:
            continue
        if not any(later.call.op in SUMS for later in uses.followed(met.call.outputs[0], TURNING)):
            facts = {"fault": "cosine", "by": sides[0].by, "axes": (along,)}
            size = product.outputs[0].shape[axes[0]]
            yield Conflict("reduction-axis", met.call, AxisUse("input", axes[0], size), facts=facts)


def _has_features_last(trace: Trace, ref: TensorRef) -> bool:
    """Return whether the last axis is what a layer gave as features."""
    makers = handed(trace, ref, ref.rank - 1)
    return any(maker.op in FEATURES_LAST and at == maker.outputs[0].rank - 1 for maker, at in makers)
