from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict
from axiswise.rules.reading import choices, label, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class BatchnormSingleSample(Rule):
    """A batch norm in training is given one value per channel."""

    kinds = frozenset({"samples"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        over = "the spatial axes" if conflict.call.op == "instance_norm" else "the batch"
        return scene.diagnosis(
            f"{scene.callee()} takes a variance over {over}, but {scene.expression('input')} has one value per channel",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        given = shape(conflict, "input")
        if given and given[0] == 1 and conflict.call.op != "instance_norm":
            yield from choices(scene.resize(AxisUse("input", 0, 1), 2))
