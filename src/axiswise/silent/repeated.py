"""A term that is added twice where its other side was meant: the columns of a matrix, the other direction of a loss."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.loss import CONTRACTS as LOSSES
from axiswise.silent.following import Uses

ADDING = frozenset({"add", "sub"})
MOST = 12
"""Terms of a sum that are looked at."""


def repeated(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield sums of which one term stands there twice; facts: `fault` (`loss`, `side`), `term` (what makes it)."""
    for call in trace.calls:
        if call.op not in ADDING or len(call.operands) != 2 or not call.outputs or _is_part(uses, call):
            continue
        terms = _terms(trace, call)
        for place, (sign, ref) in enumerate(terms):
            if any(sign == other and _is_same(trace, ref, each) for other, each in terms[:place]):
                fault = _fault(trace, uses, call, ref)
                if fault:
                    made = trace.producer(ref.id)
                    facts = {"fault": fault, "term": made[0] if made is not None else call}
                    yield Conflict("repeated-term", call, AxisUse("right", -1, 0), facts=facts)
                    break


def _is_part(uses: Uses, call: OpCall) -> bool:
    """Return whether a sum is a term of another one in the same line."""
    return any(
        other.op in ADDING and other.site is not None and call.site is not None and other.site.line == call.site.line
        for other, _ in uses.of(call.outputs[0].id)
    )


def _terms(trace: Trace, call: OpCall) -> list[tuple[int, TensorRef]]:
    """Return the terms of a sum that is written in one line, each with its sign."""
    line = call.site.line if call.site is not None else 0
    waiting, found = [(1, call.outputs[0])], list[tuple[int, TensorRef]]()
    while waiting and len(found) < MOST:
        sign, ref = waiting.pop()
        made = trace.producer(ref.id)
        maker = made[0] if made is not None and made[0].site is not None and made[0].site.line == line else None
        if maker is not None and maker.op == "negative":
            waiting.append((-sign, next(iter(maker.operands.values()))))
        elif maker is not None and maker.op in ADDING and len(maker.operands) == 2:
            turned = -sign if maker.op == "sub" else sign
            waiting += [(sign if role == "left" else turned, each) for role, each in maker.operands.items()]
        else:
            found.append((sign, ref))
    return found


def _is_same(trace: Trace, one: TensorRef, other: TensorRef) -> bool:
    """Return whether two terms are one tensor, or one loss of the same tensors."""
    if one.id == other.id:
        return True
    ours, theirs = trace.producer(one.id), trace.producer(other.id)
    if ours is None or theirs is None or ours[0].op not in LOSSES or ours[0].op != theirs[0].op:
        return False
    operands = [{role: ref.id for role, ref in call.operands.items()} for call in (ours[0], theirs[0])]
    return operands[0] == operands[1] and ours[0].params == theirs[0].params


def _fault(trace: Trace, uses: Uses, call: OpCall, ref: TensorRef) -> str:
    """Return what is wrong with a term that stands twice in a sum; empty where it may be meant."""
    made, whole = trace.producer(ref.id), call.outputs[0]
    if made is not None and made[0].op in LOSSES:
        return "loss"
    if whole.rank < 2 or ref.rank != whole.rank or sorted(ref.shape[-2:]) != [1, max(whole.shape[-2:])]:
        return ""
    axes = uses.lineage.of(whole)
    return "side" if axes[-1] and axes[-1] == axes[-2] else ""
