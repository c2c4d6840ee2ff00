from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, shape, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class SqueezedBatch(Rule):
    """A squeeze names no axis, and takes the batch as well when it is of one example."""

    kinds = frozenset({"squeeze"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given, axes = shape(conflict, "input"), sizes(conflict.facts.get("axes"))
        if conflict.left is None or given is None or not axes:
            return None
        found = scene.diagnosis(
            f"{scene.callee()} takes every axis of 1, and from a batch of 1 the batch too",
            label(scene, "input"),
        )
        return replace(found, severity="note", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        given, axes = shape(conflict, "input"), sizes(conflict.facts.get("axes"))
        if given is None or not axes:
            return
        counted = [axis - len(given) if axis == len(given) - 1 else axis for axis in axes]
        text = str(counted[0]) if len(counted) == 1 else f"({', '.join(map(str, axes))})"
        title = f"name the {'axis' if len(counted) == 1 else 'axes'}"
        if conflict.call.is_method:
            yield from scene.call_as(f"{{}}.squeeze({text})", title, evidence=0.8)
        else:
            yield from scene.argument("dim", text, title, position=1, evidence=0.8)
