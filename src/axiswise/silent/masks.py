"""Masks that hide the wrong positions: what is True means "ignore" to one attention and "attend" to another.

Source: torch's documentation of `nn.MultiheadAttention` and the Transformer layers (True: not allowed to attend), and
of `scaled_dot_product_attention` (True: takes part in attention). Numbers are added to the scores by all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace, is_series
from axiswise.silent.following import Uses
from axiswise.silent.normalized import SCORES

HIDING = -1e4
"""A score that at most this was added to does not count."""
LAYERS = ("multihead_attention", "transformer")
PASSING = frozenset(
    "unsqueeze expand to bool float double half long int type_as reshape flatten index repeat transpose clone "
    "contiguous detach".split()
)
"""What a mask goes through and stays the same mask."""
TURNING = frozenset({"logical_not", "bitwise_not"})
FILLED = frozenset({"full", "full_like", "new_full"})
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask of a call.

    Attributes:
        role: What it is to the call.
        ref: The mask itself.
        hides: Whether True hides.
        attends: Whether scores are masked; else what a mean is taken of, or a loss's targets.
    """

    role: str
    ref: TensorRef
    hides: bool
    attends: bool = True


def inverted(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield calls with a mask that hides what it should show; facts: `fault`, and `row` or `compared` and `against`.

    Of a fill that the next one of the very same places undoes (`filled`): `by`, that next one.
    """
    for call in trace.calls:
        first = _filled_over(trace, call)
        if first is not None:
            yield Conflict("mask-polarity", first, AxisUse("mask", -1, 0), facts={"fault": "filled", "by": call})
        for mask in _masks(trace, call, uses) if call.outputs else ():
            facts = _seen(call, mask) or _meant(trace, uses, call, mask)
            if facts is not None:
                yield Conflict("mask-polarity", call, AxisUse(mask.role, -1, 0), facts=facts)


def _masks(trace: Trace, call: OpCall, uses: Uses) -> Iterator[Mask]:
    if call.op.startswith(LAYERS) or call.op == "sdpa":
        for role in [role for role in call.operands if role.endswith("mask")]:
            yield Mask(role, call.operands[role], call.op != "sdpa")
    elif call.op == "headed_attention":
        for role in [role for role in call.operands if role.endswith("mask")]:
            yield Mask(role, call.operands[role], False)
    elif call.op == "masked_fill" and "mask" in call.operands:
        value, mask = call.params.get("value"), call.operands["mask"]
        if _is_low(value) and _is_weighed(call, uses):
            yield Mask("mask", mask, True)
        elif _is_ignored(call, value, uses):
            yield Mask("mask", mask, True, attends=False)
    elif call.op == "where" and "condition" in call.operands and _is_weighed(call, uses):
        low = [_is_low(_filler(trace, call, role)) for role in ("input", "other")]
        if low[0] != low[1]:
            yield Mask("condition", call.operands["condition"], low[0])
    elif call.op == "add" and _is_weighed(call, uses):
        for role, ref in call.operands.items():
            found = trace.producer(ref.id)
            if f"{role}_values" in call.params:
                yield Mask(role, ref, True)
            elif found is not None and found[0].op == "mul" and _is_low(_number(found[0])):
                yield Mask(role, next(iter(found[0].operands.values())), True)
    elif call.op == "mul" and len(call.operands) == 2:
        for role, ref in call.operands.items():
            if _is_mean(uses, call, ref):
                yield Mask(role, ref, False, attends=False)
            elif _is_of_words(uses, call):
                yield Mask(role, ref, False)


def _filled_over(trace: Trace, call: OpCall) -> OpCall | None:
    """Return the fill that a fill is of, where both are of the same places by another number: one was to be theirs."""
    data = call.operands.get("input")
    found = trace.producer(data.id) if data is not None and call.op == "masked_fill" else None
    if found is None or found[0].op != "masked_fill" or found[0].params.get("value") == call.params.get("value"):
        return None
    masks = [trace.producer(each.operands["mask"].id) for each in (found[0], call) if "mask" in each.operands]
    told = [(mask[0].op, [ref.id for ref in mask[0].operands.values()], _number(mask[0])) for mask in masks if mask]
    return found[0] if len(told) == 2 and told[0] == told[1] and told[0][0] in COMPARISONS else None


def _number(call: OpCall) -> object:
    """Return the number that a tensor is multiplied with, or taken from."""
    return call.params.get("right", call.params.get("left"))


def _is_low(value: object) -> bool:
    return isinstance(value, (int, float)) and value <= HIDING


def _filler(trace: Trace, call: OpCall, role: str) -> object:
    """Return the number that stands in one place of `where`, or in all of a tensor there."""
    ref = call.operands.get(role)
    found = trace.producer(ref.id) if ref is not None else None
    maker = found[0] if found is not None else None
    return maker.params.get("fill_value") if maker is not None and maker.op in FILLED else call.params.get(role)


def _is_ignored(call: OpCall, value: object, uses: Uses) -> bool:
    """Return whether what is filled in is what a loss ignores."""
    return isinstance(value, int) and any(
        met.role == "target" and met.call.params.get("ignore_index") == value
        for met in uses.followed(call.outputs[0], PASSING)
    )


def _is_mean(uses: Uses, call: OpCall, mask: TensorRef) -> bool:
    """Return whether a product with a mask is summed, and the mask itself too: a mean over what it shows."""
    through = PASSING | {"clamp"}
    return any(met.call.op == "sum" for met in uses.followed(call.outputs[0], frozenset())) and any(
        met.call.op == "sum" for met in uses.followed(mask, through)
    )


def _is_of_words(uses: Uses, call: OpCall) -> bool:
    """Return whether a product with a mask is looked up, where 0 stands for padding."""
    return any(
        met.call.op == "embedding" and met.role == "input" and met.call.params.get("padding_idx") == 0
        for met in uses.followed(call.outputs[0], PASSING)
    )


def _is_weighed(call: OpCall, uses: Uses) -> bool:
    """Return whether scores go from a call to a softmax."""
    return bool(call.outputs) and any(met.call.op == "softmax" for met in uses.followed(call.outputs[0], SCORES))


# -- by its values -----------------------------------------------------------------------------------------------------
def _seen(call: OpCall, mask: Mask) -> Mapping[str, Any] | None:
    """Return what is wrong with a mask of queries against keys whose values are known."""
    rows = _rows(call.params.get(f"{mask.role}_values")) if mask.attends else None
    if rows is None or len(rows) < 2 or len(rows) != len(rows[0]) or "padding" in mask.role:
        return None
    shown = [[_shows(each, mask.hides) for each in row] for row in rows]
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
def _meant(trace: Trace, uses: Uses, call: OpCall, mask: Mask) -> Mapping[str, Any] | None:
    """Return what is wrong with a mask of padding, by the comparison that made it or a mean taken with it."""
    shows, ref, maker = True, mask.ref, None
    while (found := trace.producer(ref.id)) is not None:
        maker = found[0]
        data = maker.operands.get("input")
        if maker.op == "sub" and maker.params.get("left") == 1 and "right" in maker.operands:
            shows, ref = not shows, maker.operands["right"]
        elif _asks_mask(trace, maker):
            shows, ref = shows != (bool(_number(maker)) != (maker.op == "eq")), maker.operands["left"]
        elif maker.op in PASSING | TURNING and data is not None:
            shows, ref = shows != (maker.op in TURNING), data
        else:
            break
    compares = maker if maker is not None and maker.op in COMPARISONS else None
    if compares is not None and compares.op in MIRRORED and not mask.attends and not _marks_words(uses, ref):
        return None  # what is left out of a mean, or of a loss, may be a prompt
    valid = means_valid(trace, uses, compares) if compares is not None else None
    is_counted = compares is not None and compares.op in MIRRORED and valid is not None
    told = _valid_by_rows(call.params.get(f"{mask.role}_values"), shows=shows) if is_counted else None
    valid = valid if told is None else told
    mean = _mean_with(uses, ref) if mask.hides and compares is None else None
    if mean is not None:
        valid, maker = True, mean
    if valid is None or (valid == shows) != mask.hides:
        return None
    facts = {"fault": "inverted", "made": maker, "valid": valid == shows, "counted": mean is not None}
    if compares is not None and is_counted and told is None:
        facts["lengths"] = next((role for role, ref in compares.operands.items() if not _counts(trace, ref)), "")
    return facts


def _asks_mask(trace: Trace, maker: OpCall) -> bool:
    """Return whether a comparison with 0 or 1 is of what a comparison gave: the mask again, or its opposite."""
    if maker.op not in ("eq", "ne") or _number(maker) not in (0, 1) or "left" not in maker.operands:
        return False
    made = _maker(trace, maker.operands["left"])
    return made is not None and made.op in COMPARISONS


def _mean_with(uses: Uses, mask: TensorRef) -> OpCall | None:
    """Return the product with a mask that a mean is taken of: what it marks is summed, and counted."""
    for met in uses.followed(mask, PASSING):
        if met.call.op == "mul" and len(met.call.operands) == 2 and met.call.outputs:
            if _is_mean(uses, met.call, met.call.operands[met.role]):
                return met.call
    return None


def _marks_words(uses: Uses, mask: TensorRef) -> bool:
    """Return whether words elsewhere are kept by a mask, or by its opposite."""
    return any(
        met.call.op == "mul" and met.call.outputs and _is_of_words(uses, met.call)
        for met in uses.followed(mask, PASSING | TURNING)
    )


def means_valid(trace: Trace, uses: Uses, maker: OpCall) -> bool | None:
    """Return whether a comparison is true where there is no padding; None where that cannot be told."""
    left, right = maker.operands.get("left"), maker.operands.get("right")
    if maker.op in ("eq", "ne") and (left is None) != (right is None):
        tokens = left or right
        if tokens is None:
            return None
        looked_up = any(call.op == "embedding" and role == "input" for call, role in uses.of(tokens.id))
        marked = _number(maker) == 0 and _mean_with(uses, tokens) is not None
        return maker.op == "ne" if looked_up or marked else None
    op = maker.op
    if left is None or right is None or op not in MIRRORED:
        return None
    counts = [_counts(trace, ref) for ref in (left, right)]
    if counts[0] == counts[1]:
        return None
    is_before = (op if counts[0] else MIRRORED[op]) in ("lt", "le")
    return is_before != _is_left_over(trace, right if counts[0] else left)


def _is_left_over(trace: Trace, ref: TensorRef) -> bool:
    """Return whether a tensor is what lengths leave of a number: padding stands in front then."""
    maker = _maker(trace, ref)
    return maker is not None and maker.op == "sub" and "left" in maker.params


def _maker(trace: Trace, ref: TensorRef) -> OpCall | None:
    """Return the call that a tensor's numbers are of, behind views of them."""
    while (found := trace.producer(ref.id)) is not None:
        data = found[0].operands.get("input")
        if found[0].op not in PASSING or data is None:
            return found[0]
        ref = data
    return None


def _valid_by_rows(values: Any, *, shows: bool) -> bool | None:
    """Return whether what made a mask is true where it is valid, by its rows; None where they do not tell.

    The longest of several examples has no padding: its row is all valid.
    """
    rows = list(_innermost(values))
    if len(rows) < 2 or not all(isinstance(each, bool) for row in rows for each in row):
        return None
    whole, none = (any(all(each is truth for each in row) for row in rows) for truth in (shows, not shows))
    return whole if whole != none else None


def _innermost(values: Any) -> Iterator[list[Any]]:
    if is_series(values) and values and not is_series(values[0]):
        yield list(values)
    elif is_series(values):
        for each in values:
            yield from _innermost(each)


def _counts(trace: Trace, ref: TensorRef) -> bool:
    """Return whether a tensor holds the positions 0, 1, 2, ..."""
    maker = _maker(trace, ref)
    return maker is not None and maker.op == "arange"
