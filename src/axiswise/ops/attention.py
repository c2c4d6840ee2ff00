"""Attention over queries, keys and values: the bare product, and the layer with projections and heads.

sdpa: `query` (..., L, E), `key` (..., S, E), `value` (..., S, Ev), `attn_mask`; params is_causal, enable_gqa.
multihead_attention: the same roles and `key_padding_mask`, `weight`; params embed_dim, num_heads, kdim, vdim,
batch_first, need_weights, average_attn_weights, is_causal, add_zero_attn, bias_kv. Outputs: the result, then the
weights where asked for.
"""

from __future__ import annotations

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, setting, whole, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same, shape_of
from axiswise.ops.heads import HEADED, Attending, attending_conflicts


def _lead(call: OpCall, role: str) -> Shape:
    """Return the batch and head axes of an operand; grouped keys and values count with the query's heads."""
    shape = call.operands[role].shape
    lead = shape[:-2]
    if call.params.get("enable_gqa") and lead:
        return (*lead[:-1], call.operands["query"].shape[-3:-2][0] if call.operands["query"].rank > 2 else lead[-1])
    return lead


def _sdpa_conflicts(call: OpCall) -> list[Conflict]:
    lowest = 3 if call.params.get("enable_gqa") else 2
    roles = ("query", "key", "value")
    found = [conflict for role in roles for conflict in wrong_rank(call, role, f"{lowest} or more")]
    if found:
        return found
    for role in ("key", "value"):
        found += wrong_dtype(call, role, call.operands["query"].dtype, against="query")
    if call.params.get("enable_gqa"):
        heads = axis_of(call, "query", -3)
        grouped = [axis_of(call, role, -3) for role in ("key", "value")]
        found += [Conflict("heads", call, heads, use) for use in grouped if heads.size % use.size]
    found += differ("contraction", call, axis_of(call, "query", -1), axis_of(call, "key", -1))
    found += differ("attention-batch", call, axis_of(call, "key", -2), axis_of(call, "value", -2))
    for left, right in (("query", "key"), ("query", "value"), ("key", "value")):
        if not found and (clash := first_clash(_lead(call, left), _lead(call, right))):
            found += differ("attention-batch", call, axis_of(call, left, clash[0]), axis_of(call, right, clash[1]))
    return found + _sdpa_mask(call)


def _sdpa_mask(call: OpCall) -> list[Conflict]:
    """A mask broadcasts to the scores (..., L, S), which never grow for it."""
    mask = shape_of(call, "attn_mask")
    if mask is None:
        return []
    found = wrong_dtype(call, "attn_mask", "bool", "float32", call.operands["query"].dtype)
    if call.params.get("is_causal"):
        found.append(Conflict("mask", call, whole(call, "attn_mask"), facts={"causal": True}))
    lead = broadcast(_lead(call, "query"), _lead(call, "key"))
    if lead is None:
        return found
    scores = (*lead, call.operands["query"].shape[-2], call.operands["key"].shape[-2])
    facts = {"wanted": scores}
    if len(mask) > len(scores):
        return [*found, Conflict("mask", call, whole(call, "attn_mask"), facts=facts)]
    for back in range(1, len(mask) + 1):
        if mask[-back] not in (1, scores[-back]):
            role, axis = ("key", -2) if back == 1 else ("query", -back)
            right = axis_of(call, role, axis) if call.operands[role].rank >= -axis else None
            found.append(Conflict("mask", call, axis_of(call, "attn_mask", -back), right, facts))
    return found


def _sdpa_output(call: OpCall) -> tuple[Shape, ...] | None:
    query, value = call.operands["query"].shape, call.operands["value"].shape
    if min(len(query), len(value), call.operands["key"].rank) < 2:
        return None
    lead = broadcast(*(_lead(call, role) for role in ("query", "key", "value")))
    return ((*(query[:-2] if lead is None else lead), query[-2], value[-1]),)


def _sdpa_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape = call.outputs[output].shape
    back = len(shape) - axis
    if back == 1:
        return same("value", call.operands["value"].rank - 1)
    if back == 2:
        return same("query", call.operands["query"].rank - 2)
    for role in ("query", "key", "value"):
        operand = call.operands[role].shape
        if len(operand) >= back and operand[-back] == shape[axis]:
            return same(role, len(operand) - back)
    return UNKNOWN


def _multihead_conflicts(call: OpCall) -> list[Conflict]:
    embed, heads = call.params["embed_dim"], call.params["num_heads"]
    if not call.operands:
        # The constructor's own check.
        return _indivisible(call) if embed % heads else []
    found = attending_conflicts(call, HEADED, bool(call.params.get("need_weights", True)))
    return found + (_indivisible(call) if embed % heads else [])


def _indivisible(call: OpCall) -> list[Conflict]:
    return [
        Conflict(
            "heads",
            call,
            setting("embed_dim", call.params["embed_dim"]),
            setting("num_heads", call.params["num_heads"]),
        )
    ]


def _axes(call: OpCall) -> tuple[int | None, int]:
    """Return the batch axis (None: unbatched) and the length axis of the query."""
    return Attending.of(call, HEADED).layout(call.operands["query"].rank)


def _weights_axes(call: OpCall) -> list[AxisSource]:
    batch, length = _axes(call)
    heads = [] if call.params.get("average_attn_weights", True) else [given("num_heads")]
    extra = bool(call.params.get("add_zero_attn")) or bool(call.params.get("bias_kv"))
    keys = UNKNOWN if extra else same("key", length)
    return [*([] if batch is None else [same("query", batch)]), *heads, same("query", length), keys]


def _multihead_output(call: OpCall) -> tuple[Shape, ...] | None:
    if not call.operands:
        return None
    query, key = call.operands["query"].shape, call.operands["key"].shape
    if len(query) not in (2, 3) or len(key) != len(query):
        return None
    result = (*query[:-1], int(call.params["embed_dim"]))
    if not call.params.get("need_weights", True):
        return (result,)
    batch, length = _axes(call)
    heads = () if call.params.get("average_attn_weights", True) else (int(call.params["num_heads"]),)
    keys = key[length] + bool(call.params.get("add_zero_attn")) + bool(call.params.get("bias_kv"))
    return result, (*(() if batch is None else (query[batch],)), *heads, query[length], keys)


def _multihead_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if output == 1:
        return _weights_axes(call)[axis]
    return same("query", axis) if axis < call.operands["query"].rank - 1 else given("embed_dim")


CONTRACTS: dict[str, Contract] = {
    "sdpa": Contract(_sdpa_conflicts, _sdpa_output, _sdpa_source),
    "multihead_attention": Contract(_multihead_conflicts, _multihead_output, _multihead_source),
}
