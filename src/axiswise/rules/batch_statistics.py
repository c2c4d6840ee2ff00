from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import label, together
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

MEANT = re.compile(r"(?i)batch|whiten|contrast|decorrelat|ghost")
"""Names of modules that look at the whole batch on purpose."""


class BatchStatistics(Rule):
    """A model standardises by a mean and a deviation of the batch."""

    kinds = frozenset({"batch-statistics"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        deviation = conflict.facts.get("by")
        if not isinstance(deviation, OpCall) or any(MEANT.search(kind) for _, kind in scene.call.within):
            return None
        other, given = scene.at(replace(conflict, call=deviation)), scene.expression("input")
        found = scene.diagnosis(
            f"{scene.callee()} and {other.callee()} are taken over the batch, axis 0 of {given}: an example's output "
            f"depends on the others in its batch",
            label(scene, "input"),
        )
        is_sure = conflict.facts.get("sure")
        notes = () if is_sure else (Note("it is meant so where the rows are the steps of one sequence"),)
        severity = "warning" if is_sure else "note"
        return replace(found, severity=severity, silent=True, exception=None, notes=(*notes, *found.notes))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        deviation = conflict.facts.get("by")
        if isinstance(deviation, OpCall):
            other = scene.at(replace(conflict, call=deviation))
            own = [each.call_as(f"{{}}.{each.call.op}(-1, keepdim=True)", "") for each in (scene, other)]
            yield from together("standardise each example by its own features", *own)
        yield Fix("keep running statistics, as `nn.BatchNorm1d` does, where the batch is meant")
