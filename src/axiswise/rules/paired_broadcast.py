from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict
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
        found = scene.diagnosis(_told(conflict, scene, column, row), label(scene, column.operand, row.operand))
        return replace(found, severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        column, row, fault = conflict.left, conflict.right, conflict.facts.get("fault")
        if column is None or row is None:
            return
        if fault == "pairs":
            yield from scene.wrap(column.operand, "{}.squeeze(1)", "make the column a row", evidence=0.6)
            yield from scene.wrap(row.operand, "{}.unsqueeze(1)", "make the row a column", evidence=0.5)
        elif fault == "statistic":
            yield from scene.wrap(row.operand, "{}.unsqueeze(-1)", "keep the axis that was summed up", evidence=0.6)
        elif fault == "places":
            ones = ", None" * (conflict.call.operands[row.operand].rank - conflict.call.operands[column.operand].rank)
            yield from scene.wrap(column.operand, f"{{}}[...{ones}]", "put axes of 1 behind", evidence=0.6)
        elif fault == "row":
            yield from scene.wrap(row.operand, "{}.mT", "make the row a column", evidence=0.6)


def _told(conflict: Conflict, scene: Scene, column: AxisUse, row: AxisUse) -> str:
    one, other, fault = scene.expression(column.operand), scene.expression(row.operand), conflict.facts.get("fault")
    if fault == "itself":
        return f"{scene.callee()} meets each of {one} with itself: {other} is the same numbers, along the same axis"
    if fault == "statistic":
        return (
            f"{scene.callee()} lays {other} along axis {column.axis} of {one}, "
            f"but its numbers are of axis {column.axis - 1}: one was summed up and not kept"
        )
    if fault == "places":
        return (
            f"{scene.callee()} lays the examples of {one} along axis {row.axis} of {other}, which holds places: "
            f"that there are {row.size} of both is chance"
        )
    if fault == "row":
        return f"{scene.callee()} picks from the first of {column.size} of {one} alone: {other} is a row"
    return (
        f"{scene.callee()} pairs each of {column.size} of {one} with each of {other}: "
        f"{column.size} x {column.size} results"
    )
