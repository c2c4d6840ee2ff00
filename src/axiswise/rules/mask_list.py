from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import number
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

NAMES = ("query_mask", "value_mask", "key_mask")


class MaskList(Rule):
    """An attention layer takes a list of two or three masks, and is given another number."""

    kinds = frozenset({"mask"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        listed = number(conflict.facts.get("listed"))
        if listed is None:
            return None
        masks = f"{listed} mask{'' if listed == 1 else 's'}"
        return scene.diagnosis(
            f"{scene.callee()} takes the masks of query and value, [query_mask, value_mask], but is given {masks}"
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        listed, text = number(conflict.facts.get("listed")), scene.written("mask", 1)
        if listed == 1 and text.startswith("[") and text.endswith("]"):
            title = "mask the query alone"
            yield from scene.argument("mask", f"{text[:-1].rstrip(', ')}, None]", title, position=1, evidence=0.5)
            title = "mask the value, whose steps the scores are over"
            yield from scene.argument("mask", f"[None, {text[1:]}", title, position=1)
        yield from scene.argument("mask", "None", "leave the masks out", position=1)
