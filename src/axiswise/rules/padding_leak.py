from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict
from axiswise.rules.evidence import evidence, subject_of
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
        diagnosis = scene.diagnosis(f"{subject_of(scene)} reads padding: {said.moves}", said.label)
        told = conflict.facts.get("told")
        notes = (*diagnosis.notes, *(Note(text) for text in said.notes))
        if isinstance(told, str) and told:
            notes = (*notes, Note(f"`{told}` says which positions are padding"))
        return replace(diagnosis, severity="warning", silent=True, notes=notes, module=said.module)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        mask, told = MASKS.get(conflict.call.op), conflict.facts.get("told")
        if mask is not None and isinstance(told, str) and told.isidentifier():
            for value in (told, f"{told} == 0"):
                yield from scene.argument(mask, value, f"let it ignore what `{told}` says is padding", evidence=0.8)
        yield Fix("leave padded positions out: mask them, pack the sequences, or divide by their lengths")
