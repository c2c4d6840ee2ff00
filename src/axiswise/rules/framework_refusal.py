from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

LONGEST = 120
"""Characters of the framework's own words that are repeated."""


class FrameworkRefusal(Rule):
    """An operation refused its operands, for a reason that axiswise has no rule for."""

    kinds = frozenset({"other"})
    priority = -10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        words = " ".join(scene.raised.message.split()) if scene.raised is not None else ""
        if len(words) > LONGEST:
            words = words[:LONGEST].rsplit(" ", 1)[0] + " ..."
        return scene.diagnosis(f"{scene.callee()} refused its operands" + (f": {words}" if words else ""), label(scene))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        return ()
