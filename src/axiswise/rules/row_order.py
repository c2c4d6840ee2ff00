from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene
from axiswise.source.turning import turned_before


class RowOrder(Rule):
    """Predictions and targets were flattened in two orders: rows meet that do not belong together."""

    kinds = frozenset({"row-order"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        made, ours, theirs = (conflict.facts.get(name) for name in ("made", "ours", "theirs"))
        if not isinstance(made, OpCall) or not ours or not theirs:
            return None
        given, wanted = scene.expression("input"), scene.expression("target")
        found = scene.diagnosis(
            f"{scene.callee()} pairs rows of two orders: those of {given} are {ours[0]} times {ours[1]}, "
            f"those of {wanted} {theirs[0]} times {theirs[1]}",
            label(scene, "input", "target"),
        )
        maker = scene.at(replace(conflict, call=made, left=None))
        notes = (Note(f"flattened by {maker.callee()}", maker.span),)
        return replace(found, severity="warning", silent=True, exception=None, notes=notes)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        made = conflict.facts.get("made")
        if isinstance(made, OpCall):
            maker = scene.at(replace(conflict, call=made, left=None))
            yield from turned_before(maker, 0, 1, "exchange axes 0 and 1 first", evidence=0.7)
