from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

PLACES = {"transformer": 5, "transformer_encoder": 2, "transformer_encoder_layer": 2}
"""Where the mask of the source's padding stands when it is given by its place."""
MEMORY_PLACES = {"transformer": 7, "transformer_decoder": 5, "transformer_decoder_layer": 5}
"""Where the mask of the memory's padding stands."""
PADDING = "src_key_padding_mask"
MEMORY = "memory_key_padding_mask"


class MemoryPadding(Rule):
    """A decoder attends to padding that the encoder was told to leave out."""

    kinds = frozenset({"memory-padding"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        encoder = _encoder(conflict, scene)
        if encoder is None or not encoder.written(PADDING, PLACES[encoder.call.op]):
            return None  # no code gives the one mask: a check of a bare layer tried it
        if scene.written(MEMORY, MEMORY_PLACES[conflict.call.op]) not in ("", "None"):
            return None  # whoever calls the model is to give the other
        if encoder.call.index == conflict.call.index:
            told = f"{scene.callee()} hides padding from its encoder, but not from its decoder"
        else:
            told = f"{scene.callee()} attends to padding that {encoder.callee()} was told to leave out"
        found = scene.diagnosis(f"{told}: no `memory_key_padding_mask` is given")
        notes = () if encoder.call.index == conflict.call.index else (Note("told here", encoder.span),)
        return replace(found, severity="warning", silent=True, exception=None, notes=(*notes, *found.notes))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        encoder = _encoder(conflict, scene)
        text = encoder.written(PADDING, PLACES[encoder.call.op]) if encoder is not None else ""
        if encoder is not None and encoder.call.frames[:-1] == conflict.call.frames[:-1]:
            yield from scene.argument(MEMORY, text, "hide it from the decoder too", evidence=0.8)
        yield Fix("give the decoder the encoder's mask as `memory_key_padding_mask`")


def _encoder(conflict: Conflict, scene: Scene) -> Scene | None:
    by = conflict.facts.get("by")
    return scene.at(replace(conflict, call=by, left=None)) if isinstance(by, OpCall) else None
