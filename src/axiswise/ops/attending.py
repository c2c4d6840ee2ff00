"""Attention layers that take query, value and key apart, and a mask for each.

scored_attention (without projections): `query` (batch, Tq, dim), `value` (batch, Tv, width), `key` (batch, Tv, dim);
params `masks`, how many masks a list of them has. headed_attention: `query`, `value`, `key` of any width, with
`weight.query`, `weight.value`, `weight.key` (width, ...) that they were built for, and `attention_mask` (batch, Tq, Tv)
or (batch, heads, Tq, Tv). Both: `query_mask` (batch, Tq), `value_mask` and `key_mask` (batch, Tv). Params `scores`: the
scores are returned too; `heads`; `output_shape`. Tq and Tv may differ.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.clauses import axis_of, differ, whole, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same

LISTED = (2, 3)
"""How many masks a list of them has: for the query, for the value and, if need be, for the key."""


def _roles(call: OpCall) -> list[str]:
    """Return query, value and key, as far as each was given, one tensor once."""
    seen: dict[int, str] = {}
    for role in ("query", "value", "key"):
        if role in call.operands:
            seen.setdefault(call.operands[role].id, role)
    return list(seen.values())


def _key(call: OpCall) -> str:
    return "key" if "key" in call.operands else "value"


def _shared_conflicts(call: OpCall) -> list[Conflict]:
    """Ranks, batches, and the lengths of keys and values."""
    found = wrong_rank(call, "query", "3 or more" if call.op == "headed_attention" else 3)
    rank = call.operands["query"].rank
    for role in _roles(call)[1:] if not found else ():
        found += wrong_rank(call, role, "3 or more" if rank > 3 else 3)
    if found:
        return found
    for role in _roles(call)[1:]:
        found += differ("attention-batch", call, axis_of(call, "query", 0), axis_of(call, role, 0))
    if _key(call) == "key":
        for axis in range(1, min(call.operands["key"].rank, call.operands["value"].rank) - 1):
            found += differ("attention-batch", call, axis_of(call, "key", axis), axis_of(call, "value", axis))
    return found


def _padding_masks(call: OpCall) -> list[Conflict]:
    found: list[Conflict] = []
    for role, of in (("query_mask", "query"), ("value_mask", "value"), ("key_mask", _key(call))):
        if role in call.operands:
            wanted = call.operands[of].shape[:2]
            found += _mask(call, role, wanted, [axis_of(call, of, 0), axis_of(call, of, 1)])
    return found


def _mask(call: OpCall, role: str, wanted: Shape, sides: list[AxisUse | None]) -> list[Conflict]:
    """A mask broadcasts to what it masks."""
    shape, facts = call.operands[role].shape, {"wanted": wanted}
    if len(shape) > len(wanted) or (len(shape) < len(wanted) and role != "attention_mask"):
        # A value mask may have one row for each query.
        if role == "value_mask" and len(shape) == 3:
            return []
        return [Conflict("mask", call, whole(call, role), facts=facts)]
    for back in range(1, len(shape) + 1):
        if shape[-back] not in (1, wanted[-back]):
            return [Conflict("mask", call, axis_of(call, role, -back), sides[-back], facts)]
    return []


# -- without projections ---------------------------------------------------------------------------------------------
def _scored_conflicts(call: OpCall) -> list[Conflict]:
    masks = call.params.get("masks")
    if isinstance(masks, int) and masks not in LISTED:
        return [Conflict("mask", call, facts={"listed": masks, "allowed": LISTED})]
    found = _shared_conflicts(call)
    if found and found[0].kind == "rank":
        return found
    found = differ("contraction", call, axis_of(call, "query", -1), axis_of(call, _key(call), -1)) + found
    return found + _padding_masks(call)


def _scored_output(call: OpCall) -> tuple[Shape, ...] | None:
    query, value = call.operands["query"].shape, call.operands["value"].shape
    if min(len(query), len(value)) < 2:
        return None
    result = (*query[:-1], value[-1])
    return (result, (*query[:-1], value[-2])) if call.params.get("scores") else (result,)


def _scored_source(call: OpCall, output: int, axis: int) -> AxisSource:
    value = call.operands["value"].rank
    if axis < call.operands["query"].rank - 1:
        return same("query", axis)
    return same("value", value - 2 if output else value - 1)


# -- with projections ------------------------------------------------------------------------------------------------
def _headed_conflicts(call: OpCall) -> list[Conflict]:
    found = _shared_conflicts(call)
    if found and found[0].kind == "rank":
        return found
    widths: list[Conflict] = []
    for role in ("query", "value", "key"):
        weight = f"weight.{role}"
        if role in call.operands and weight in call.operands:
            widths += differ("embedding", call, axis_of(call, role, -1), axis_of(call, weight, 0))
    return widths + found + _padding_masks(call) + _attention_mask(call)


def _attention_mask(call: OpCall) -> list[Conflict]:
    if "attention_mask" not in call.operands or call.operands["query"].rank != 3:
        return []
    query, key = call.operands["query"].shape, call.operands[_key(call)].shape
    lead: Shape = query[:1] if query[0] != 1 else key[:1]
    sides: list[AxisUse | None] = [axis_of(call, "query", 0), axis_of(call, "query", 1), axis_of(call, _key(call), 1)]
    if call.operands["attention_mask"].rank == 4:
        lead, sides = (*lead, int(call.params.get("heads", 1))), [sides[0], None, *sides[1:]]
    return _mask(call, "attention_mask", (*lead, query[1], key[1]), sides)


def _headed_output(call: OpCall) -> tuple[Shape, ...] | None:
    query, value = call.operands["query"].shape, call.operands["value"].shape
    if min(len(query), len(value)) < 3:
        return None
    asked = numbers(call.params.get("output_shape"))
    weight = call.operands.get("weight.query")
    result = (*query[:-1], *(asked or (weight.shape[0] if weight is not None else query[-1],)))
    scores = (query[0], int(call.params.get("heads", 1)), query[1], value[1])
    return (result, scores) if call.params.get("scores") else (result,)


def _headed_source(call: OpCall, output: int, axis: int) -> AxisSource:
    last = call.operands["query"].rank - 1
    if output:
        return (same("query", 0), given("num_heads"), same("query", 1), same("value", 1))[axis] if axis < 4 else UNKNOWN
    if axis < last:
        return same("query", axis)
    if numbers(call.params.get("output_shape")):
        return given("output_shape", axis - last if isinstance(call.params["output_shape"], (tuple, list)) else -1)
    return same("weight.query", 0) if "weight.query" in call.operands else same("query", last)


NEEDED = ("query", "value")

CONTRACTS: dict[str, Contract] = {
    "scored_attention": Contract(_scored_conflicts, _scored_output, _scored_source),
    "headed_attention": Contract(_headed_conflicts, _headed_output, _headed_source),
}
