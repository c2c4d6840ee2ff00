from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import number
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

DEFAULT = -100
"""What torch's losses ignore where nothing is said."""


class PaddingClass(Rule):
    """A loss counts padding as a class: its `ignore_index` is not what the targets are padded with."""

    kinds = frozenset({"padding-class"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        made, padding = conflict.facts.get("made"), number(conflict.facts.get("padding"))
        ignored = number(conflict.facts.get("ignored"))
        if not isinstance(made, OpCall) or padding is None or ignored is None:
            return None
        if made.op != "pad_sequence" and ignored == DEFAULT:
            return None  # a table says what padding would be; whether there is any in the targets is not known
        maker = scene.at(replace(conflict, call=made, left=None))
        says = {"pad_sequence": "pads with", "embedding": "has for padding"}.get(made.op, "masks padding, which is")
        found = scene.diagnosis(
            f"{scene.callee()} ignores {ignored}, but {scene.expression('target')} is padded with {padding}: "
            f"padding counts as class {padding}"
        )
        told = Note(f"{maker.callee()} {says} {padding}", maker.span)
        notes = (*found.notes, told)
        return replace(found, severity="warning", silent=True, exception=None, notes=notes)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        padding, layer = number(conflict.facts.get("padding")), conflict.call.layer
        if padding is None:
            return
        title = f"ignore {padding}"
        if layer is not None:
            yield from scene.setting("ignore_index", str(padding), title, evidence=0.8)
        else:
            yield from scene.argument("ignore_index", str(padding), title, evidence=0.8)
