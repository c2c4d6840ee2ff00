from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import label, number
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene
from axiswise.source.unread import is_handed_back


class UnreadState(Rule):
    """The state of a lower layer, or of one direction, is taken for the last, and nothing reads the others."""

    kinds = frozenset({"unread-state"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        by, layers = conflict.facts.get("by"), number(conflict.facts.get("layers"))
        if not isinstance(by, OpCall) or layers is None:
            return None
        layer = scene.at(replace(conflict, call=by, left=None))
        if layer.site is not None and is_handed_back(layer.site.source, layer.site.node):
            return None
        which = f"a layer below the last of {layers}" if layers > 1 else "the forward direction"
        other = "the last" if layers > 1 else "the backward one"
        found = scene.diagnosis(
            f"{scene.callee()} takes the state of {which}, and nothing reads {other} of {layer.callee()}",
            label(scene, "input"),
        )
        told = Note(f"{layer.callee()} is called here", layer.span)
        return replace(found, severity="warning", silent=True, exception=None, notes=(told,))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        by = conflict.facts.get("by")
        if isinstance(by, OpCall) and by.params.get("bidirectional"):
            yield Fix("take both directions of the last layer: `torch.cat((h[-2], h[-1]), dim=-1)`")
        elif conflict.facts.get("times") == 1:
            place = "-1:" if conflict.facts.get("whole") else "-1"
            yield from scene.call_as(f"{{}}[{place}]", "take the state of the last layer", evidence=0.8)
        else:
            yield Fix("take the states of the last layer: `h[-1]`, `c[-1]`")
