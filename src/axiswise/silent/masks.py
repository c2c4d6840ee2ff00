"""Masks that hide the wrong positions: what is True means "ignore" to one attention and "attend" to another.

Source: torch's documentation of `nn.MultiheadAttention` and the Transformer layers (True: not allowed to attend), and
of `scaled_dot_product_attention` (True: takes part in attention). Numbers are added to the scores by all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace, is_series
from axiswise.silent.following import Uses
from axiswise.silent.normalized import SCORES

HIDING = -1e4
"""A score that at most this was added to does not count."""
LAYERS = ("multihead_attention", "transformer")
PASSING = frozenset("unsqueeze expand to bool reshape flatten index repeat transpose clone contiguous".split())
"""What a mask goes through and stays the same mask."""
TURNING = frozenset({"logical_not", "bitwise_not"})
MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}


def inverted(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield calls with a mask that hides what it should show; facts: `fault`, and `row` or `compared` and `against`."""
    for call in trace.calls:
        for role, hides in _masks(call, uses):
            facts = _seen(call, role, hides) or _meant(trace, uses, call.operands[role], hides)
            if facts is not None:
                yield Conflict("mask-polarity", call, AxisUse(role, -1, 0), facts=facts)


def _masks(call: OpCall, uses: Uses) -> Iterator[tuple[str, bool]]:
    """Yield the masks of a call: the role, and whether True hides."""
    if call.op.startswith(LAYERS) or call.op == "sdpa":
        yield from ((role, call.op != "sdpa") for role in call.operands if role.endswith("mask"))
    elif call.op == "masked_fill" and "mask" in call.operands:
        value = call.params.get("value")
        if isinstance(value, (int, float)) and value <= HIDING and _is_weighed(call, uses):
            yield "mask", True
    elif call.op == "add" and _is_weighed(call, uses):
        yield from ((role, True) for role in call.operands if f"{role}_values" in call.params)


def _is_weighed(call: OpCall, uses: Uses) -> bool:
    """Return whether scores go from a call to a softmax."""
    return bool(call.outputs) and any(met.call.op == "softmax" for met in uses.followed(call.outputs[0], SCORES))


# -- by its values -----------------------------------------------------------------------------------------------------
def _seen(call: OpCall, role: str, hides: bool) -> Mapping[str, Any] | None:
    """Return what is wrong with a mask of queries against keys whose values are known."""
    rows = _rows(call.params.get(f"{role}_values"))
    if rows is None or len(rows) < 2 or len(rows) != len(rows[0]) or "padding" in role:
        return None
    shown = [[_shows(each, hides) for each in row] for row in rows]
    size = len(shown)
    for strict in (True, False):
        if all(shown[i][j] == (j > i if strict else j >= i) for i in range(size) for j in range(size)):
            return {"fault": "future", "strict": strict}
    row = next((number for number, each in enumerate(shown) if not any(each)), None)
    # Where nothing at all is shown, the mask is one that is still to be filled.
    return {"fault": "row", "row": row} if row is not None and any(map(any, shown)) else None


def _shows(value: object, hides: bool) -> bool:
    if isinstance(value, bool):
        return value != hides
    return not isinstance(value, (int, float)) or value > HIDING


def _rows(values: Any) -> list[list[Any]] | None:
    """Return the rows of a mask, or of the first of several; None where they are not known."""
    while is_series(values) and values and is_series(values[0]) and values[0] and is_series(values[0][0]):
        values = values[0]
    return list(values) if is_series(values) and values and is_series(values[0]) and values[0] else None


# -- by what it was made of --------------------------------------------------------------------------------------------
def _meant(trace: Trace, uses: Uses, mask: TensorRef, hides: bool) -> Mapping[str, Any] | None:
    """Return what is wrong with a mask of padding, by the comparison that made it."""
    shows, ref = True, mask
    while (found := trace.producer(ref.id)) is not None:
        maker = found[0]
        if maker.op in PASSING | TURNING and "input" in maker.operands:
            shows = shows != (maker.op in TURNING)
            ref = maker.operands["input"]
            continue
        valid = _means_valid(trace, uses, maker)
        if valid is None:
            return None
        means = valid == shows  # whether it is true where there is something to attend to
        return {"fault": "inverted", "made": maker, "valid": means} if means == hides else None
    return None


def _means_valid(trace: Trace, uses: Uses, maker: OpCall) -> bool | None:
    """Return whether a comparison is true where there is no padding; None where that cannot be told."""
    left, right = maker.operands.get("left"), maker.operands.get("right")
    if maker.op in ("eq", "ne") and (left is None) != (right is None):
        tokens = left or right
        looked_up = tokens is not None and any(
            call.op == "embedding" and role == "input" for call, role in uses.of(tokens.id)
        )
        return maker.op == "ne" if looked_up else None
    op = maker.op
    if left is None or right is None or op not in MIRRORED:
        return None
    counts = [_counts(trace, ref) for ref in (left, right)]
    if counts[0] == counts[1]:
        return None
    return (op if counts[0] else MIRRORED[op]) in ("lt", "le")


def _counts(trace: Trace, ref: TensorRef) -> bool:
    """Return whether a tensor holds the positions 0, 1, 2, ..."""
    while (found := trace.producer(ref.id)) is not None:
        maker = found[0]
        if maker.op == "arange":
            return True
        if maker.op not in PASSING or "input" not in maker.operands:
            return False
        ref = maker.operands["input"]
    return False
