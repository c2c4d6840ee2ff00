from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class PairedBroadcast(Rule):
    """A column meets a row of as many, and each is paired with each."""

    kinds = frozenset({"paired"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        column, row = conflict.left, conflict.right
        if column is None or row is None:
            return None
        found = scene.diagnosis(
            f"{scene.callee()} pairs each of {column.size} of {scene.expression(column.operand)} with each of "
            f"{scene.expression(row.operand)}: {column.size} x {column.size} results",
            label(scene, column.operand, row.operand),
        )
        return replace(found, severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.left is not None and conflict.right is not None:
            yield from scene.wrap(conflict.left.operand, "{}.squeeze(1)", "make the column a row", evidence=0.6)
            yield from scene.wrap(conflict.right.operand, "{}.unsqueeze(1)", "make the row a column", evidence=0.5)
