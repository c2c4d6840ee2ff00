from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, name_of
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class KeyValueSource(Rule):
    """Attention takes its keys from one sequence and its values from another."""

    kinds = frozenset({"key-value"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        if not {"key", "value"} <= conflict.call.operands.keys():
            return None
        found = scene.diagnosis(
            f"{scene.callee()} weighs the steps of {scene.expression('value')} by their likeness to "
            f"{scene.expression('key')}, another sequence",
            label(scene, "query", "key", "value"),
        )
        return replace(found, severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        name = name_of(scene, "key")
        if name is not None:
            yield from scene.argument(
                "value", name, "take the values where the keys are from", position=2, evidence=0.6
            )
