"""What one attention layer with heads asks of its operands, whatever the layer around it calls them."""

from __future__ import annotations

from dataclasses import dataclass

from axiswise.facts import AxisUse, Conflict, OpCall
from axiswise.ops.clauses import FLOATS, axis_of, differ, setting, whole, wrong_dtype, wrong_rank


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of one attention within a call, and the names of the settings that give its width and heads."""

    query: str
    key: str
    value: str
    attn_mask: str
    key_padding_mask: str
    is_causal: str
    embed_dim: str = "embed_dim"
    num_heads: str = "num_heads"


HEADED = Roles("query", "key", "value", "attn_mask", "key_padding_mask", "is_causal")


@dataclass(frozen=True, slots=True)
class Attending:
    """One attention of a call: its roles and its layout."""

    call: OpCall
    roles: Roles
    batch_first: bool

    @classmethod
    def of(cls, call: OpCall, roles: Roles) -> Attending:
        return cls(call, roles, bool(call.params.get("batch_first")))

    def layout(self, rank: int) -> tuple[int | None, int]:
        """Return the batch axis (None: unbatched) and the length axis of an operand of that rank."""
        if rank == 2:
            return None, 0
        return (0, 1) if self.batch_first else (1, 0)

    def has(self, role: str) -> bool:
        return role in self.call.operands

    def distinct(self) -> list[str]:
        """Return the roles of query, key and value, each tensor once."""
        seen: dict[int | str, str] = {}
        for role in (self.roles.query, self.roles.key, self.roles.value):
            tensor = self.call.operands[role].id
            seen.setdefault(role if tensor < 0 else tensor, role)
        return list(seen.values())

    def batch(self, role: str) -> AxisUse | None:
        axis, _ = self.layout(self.call.operands[role].rank)
        return None if axis is None else axis_of(self.call, role, axis)

    def length(self, role: str) -> AxisUse:
        _, axis = self.layout(self.call.operands[role].rank)
        return axis_of(self.call, role, axis)

    def width(self, name: str) -> AxisUse:
        """Return the width that the layer wants of its keys (`kdim`) or values (`vdim`)."""
        embed = self.call.params[self.roles.embed_dim]
        own = self.call.params.get(name)
        return setting(self.roles.embed_dim, embed) if own is None or own == embed else setting(name, own)


def attending_conflicts(call: OpCall, roles: Roles, need_weights: bool) -> list[Conflict]:
    """Return the clauses that one attention breaks, in torch's order of checking."""
    attending = Attending.of(call, roles)
    found = _ranks(attending)
    if found:
        return found
    found = _widths(attending) + _batches(attending)
    if "weight" in call.operands:
        for role in attending.distinct():
            found += wrong_dtype(call, role, call.operands["weight"].dtype, against="weight")
    return found + _masks(attending, need_weights)


def _ranks(attending: Attending) -> list[Conflict]:
    call, roles = attending.call, attending.roles
    found = wrong_rank(call, roles.query, 2, 3)
    rank = call.operands[roles.query].rank
    for role in () if found else attending.distinct():
        found += wrong_rank(call, role, rank)
    if found:
        return found
    if attending.has(roles.key_padding_mask):
        found += wrong_rank(call, roles.key_padding_mask, rank - 1)
    if attending.has(roles.attn_mask):
        found += wrong_rank(call, roles.attn_mask, 2, 3)
    return found


def _widths(attending: Attending) -> list[Conflict]:
    call, roles = attending.call, attending.roles
    embed = setting(roles.embed_dim, call.params[roles.embed_dim])
    found = differ("embedding", call, axis_of(call, roles.query, -1), embed)
    for role, name in {roles.key: "kdim", roles.value: "vdim"}.items():
        if role in attending.distinct()[1:] or attending.width(name).size != embed.size:
            found += differ("embedding", call, axis_of(call, role, -1), attending.width(name))
    return found


def _batches(attending: Attending) -> list[Conflict]:
    call, roles = attending.call, attending.roles
    found = differ("attention-batch", call, attending.length(roles.key), attending.length(roles.value))
    batch, other = attending.batch(roles.query), attending.batch(roles.key)
    if batch is not None and other is not None:
        found += differ("attention-batch", call, batch, other)
    batch, other = attending.batch(roles.key), attending.batch(roles.value)
    if batch is not None and other is not None:
        found += differ("attention-batch", call, batch, other)
    return found


def _masks(attending: Attending, need_weights: bool) -> list[Conflict]:
    call, roles = attending.call, attending.roles
    found: list[Conflict] = []
    causal = bool(call.params.get(roles.is_causal))
    if causal and not attending.has(roles.attn_mask):
        found.append(Conflict("mask", call, facts={"missing": roles.attn_mask}))
    # Said to be causal, with nothing else to mask, the mask itself is never looked at.
    unread = causal and not need_weights and not attending.has(roles.key_padding_mask)
    # Beside booleans a mask is of the scores' own type, or at least a float where nothing is added to it.
    types = ("bool", call.operands[roles.query].dtype)
    if attending.has(roles.key_padding_mask):
        found += wrong_dtype(call, roles.key_padding_mask, *types)
    if attending.has(roles.attn_mask):
        found += wrong_dtype(call, roles.attn_mask, *(("bool", *FLOATS) if unread else types))
    if attending.has(roles.attn_mask) and (not unread or _per_head_unbatched(attending)):
        found += _attention_mask(attending)
    if attending.has(roles.key_padding_mask):
        batch = attending.batch(roles.query)
        wanted = [*([] if batch is None else [batch]), attending.length(roles.key)]
        found += _mask(attending, roles.key_padding_mask, wanted)
    return found


def _per_head_unbatched(attending: Attending) -> bool:
    call, roles = attending.call, attending.roles
    return call.operands[roles.query].rank == 2 and call.operands[roles.attn_mask].rank == 3


def _attention_mask(attending: Attending) -> list[Conflict]:
    call, roles = attending.call, attending.roles
    wanted = [attending.length(roles.query), attending.length(roles.key)]
    if call.operands[roles.attn_mask].rank == 3:
        batch = attending.batch(roles.query)
        heads = int(call.params[roles.num_heads])
        wanted.insert(0, setting(roles.num_heads, heads * (batch.size if batch else 1)))
    return _mask(attending, roles.attn_mask, wanted)


def _mask(attending: Attending, role: str, wanted: list[AxisUse]) -> list[Conflict]:
    call = attending.call
    expected = tuple(use.size for use in wanted)
    shape = call.operands[role].shape
    if len(shape) != len(expected):
        return [Conflict("mask", call, whole(call, role), facts={"wanted": expected})]
    return [
        conflict
        for axis, use in enumerate(wanted)
        for conflict in differ("mask", call, axis_of(call, role, axis), use, wanted=expected)
    ]
