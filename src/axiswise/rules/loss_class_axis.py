from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class LossClassAxis(Rule):
    """A loss looks for the classes in axis 1, and they are in the last axis."""

    kinds = frozenset({"target", "target-rank"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        if conflict.call.op not in ("cross_entropy", "nll_loss") or ours is None or theirs is None:
            return None
        if len(ours) < 3 or ours[:-1] != theirs:
            return None
        return scene.diagnosis(
            f"{scene.callee()} reads {ours[1]} classes from axis 1 of {scene.expression('input')}, "
            f"but the last axis has the {ours[-1]}",
            label(scene, "input", "target"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        rank = len(shape(conflict, "input") or ())
        if rank == 3:
            yield from scene.wrap("input", "{}.transpose(1, 2)", "put the classes second")
        elif rank > 3:
            yield from scene.wrap("input", "{}.movedim(-1, 1)", "put the classes second")
