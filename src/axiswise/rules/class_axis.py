from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, number, shape
from axiswise.rules.reading import together as both
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class ClassAxis(Rule):
    """A loss takes the classes from axis 1, and another axis that fits as well holds them."""

    kinds = frozenset({"class-axis"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        ours, classes = shape(conflict, "input"), number(conflict.facts.get("classes"))
        if ours is None or classes is None or len(ours) < 3 or classes >= len(ours):
            return None
        found = scene.diagnosis(
            f"{scene.callee()} takes the {ours[1]} of axis 1 of {scene.expression('input')} for the classes, "
            f"but axis {classes} holds them, all {ours[classes]}",
            label(scene, "input", "target"),
        )
        return replace(found, severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        classes = number(conflict.facts.get("classes"))
        if ours is None or classes is None:
            return
        turned = "{}.transpose(1, 2)" if len(ours) == 3 else f"{{}}.movedim({classes}, 1)"
        title = "put the classes second"
        if theirs == ours:
            yield from both(title, scene.wrap("input", turned, title), scene.wrap("target", turned, title))
        else:
            yield from scene.wrap("input", turned, title, evidence=0.8)
