from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.evidence import evidence, subject_of, told
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

MASKS = {
    "MultiheadAttention": "key_padding_mask",
    "TransformerEncoder": "src_key_padding_mask",
    "TransformerEncoderLayer": "src_key_padding_mask",
}
"""Layers that attend to padding unless they are given a mask of it, True where it is; and the name of the mask."""


class PaddingLeak(Rule):
    """An output depends on what stands at padded positions."""

    kinds = frozenset({"padding-leak"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        said = evidence(conflict)
        mask = conflict.facts.get("told")
        known = [f"`{mask}` says which positions are padding"] if isinstance(mask, str) and mask else []
        return told(scene, f"{subject_of(scene)} reads padding: {said.moves}", said, *known)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        mask, given = MASKS.get(conflict.call.op), conflict.facts.get("told")
        if mask is not None and isinstance(given, str) and given.isidentifier():
            for value in (given, f"{given} == 0"):
                yield from scene.argument(mask, value, f"let it ignore what `{given}` says is padding", evidence=0.8)
        yield Fix("leave padded positions out: mask them, pack the sequences, or divide by their lengths")
