"""Transformer layers as one call: encoder and decoder (layers and stacks), and the whole transformer.

Operands: `src`, `tgt`, `memory` and their masks under torch's names, `weight`; params d_model, nhead, batch_first and
the `*_is_causal` flags. One output, of the shape of what goes through the layer.
"""

from __future__ import annotations

from collections.abc import Callable

from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, setting, wrong_rank
from axiswise.ops.contract import Contract, given, same
from axiswise.ops.heads import Attending, Roles, attending_conflicts

_SETTINGS = ("d_model", "nhead")
ENCODER = Roles("src", "src", "src", "src_mask", "src_key_padding_mask", "is_causal", *_SETTINGS)
SOURCE = Roles("src", "src", "src", "src_mask", "src_key_padding_mask", "src_is_causal", *_SETTINGS)
TARGET = Roles("tgt", "tgt", "tgt", "tgt_mask", "tgt_key_padding_mask", "tgt_is_causal", *_SETTINGS)
MEMORY = Roles("tgt", "memory", "memory", "memory_mask", "memory_key_padding_mask", "memory_is_causal", *_SETTINGS)
CROSS = Roles("tgt", "src", "src", "memory_mask", "memory_key_padding_mask", "memory_is_causal", *_SETTINGS)


def _encoder_conflicts(call: OpCall) -> list[Conflict]:
    return attending_conflicts(call, ENCODER, need_weights=False)


def _decoder_conflicts(call: OpCall) -> list[Conflict]:
    return _joined(attending_conflicts(call, TARGET, False), attending_conflicts(call, MEMORY, False))


def _transformer_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "src", 2, 3) + wrong_rank(call, "tgt", 2, 3)
    if found:
        return found
    source, target = Attending.of(call, SOURCE).batch("src"), Attending.of(call, TARGET).batch("tgt")
    if source is not None and target is not None:
        found += differ("attention-batch", call, source, target)
    width = setting("d_model", call.params["d_model"])
    for role in ("src", "tgt"):
        found += differ("embedding", call, axis_of(call, role, -1), width)
    every = (attending_conflicts(call, roles, need_weights=False) for roles in (SOURCE, TARGET, CROSS))
    return _joined(found, *every)


def _joined(*clauses: list[Conflict]) -> list[Conflict]:
    """Join the clauses of several attentions; what one operand does wrong in two of them is said once."""
    seen: dict[object, Conflict] = {}
    for conflict in (conflict for each in clauses for conflict in each):
        sides = frozenset((conflict.left, conflict.right))
        seen.setdefault((conflict.kind, sides), conflict)
    return list(seen.values())


def _through(role: str, conflicts: Callable[[OpCall], list[Conflict]]) -> Contract:
    def output(call: OpCall) -> tuple[Shape, ...] | None:
        return ((*call.operands[role].shape[:-1], int(call.params["d_model"])),)

    def source(call: OpCall, _output: int, axis: int) -> AxisSource:
        return same(role, axis) if axis < call.operands[role].rank - 1 else given("d_model")

    return Contract(conflicts, output, source)


_ENCODER, _DECODER = _through("src", _encoder_conflicts), _through("tgt", _decoder_conflicts)

CONTRACTS: dict[str, Contract] = {
    "transformer_encoder_layer": _ENCODER,
    "transformer_encoder": _ENCODER,
    "transformer_decoder_layer": _DECODER,
    "transformer_decoder": _DECODER,
    "transformer": _through("tgt", _transformer_conflicts),
}
