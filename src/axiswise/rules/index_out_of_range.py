from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict
from axiswise.rules.reading import label, number, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

LOSSES = ("cross_entropy", "nll_loss")


class IndexOutOfRange(Rule):
    """An index lies beyond the end of the axis it indexes."""

    kinds = frozenset({"index-range"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        highest, length = _highest(conflict), _length(conflict)
        if conflict.call.op in LOSSES and highest is not None and length is not None:
            found = scene.diagnosis(
                f"class number {highest} is among {scene.expression('target')}, "
                f"but there are {length} classes, 0 to {length - 1}, in {scene.expression('input')}",
                label(scene, "input", "target"),
            )
            return found if scene.raised is not None else replace(found, severity="warning", silent=True)
        what = f"index {highest}" if highest is not None else "an index"
        has = f"has {length} places" if length is not None else "ends before it"
        if conflict.call.op == "embedding":
            has = f"has {length} rows" if length is not None else has
        if conflict.call.op == "one_hot" and length is not None and highest is not None:
            held = scene.expression("input")
            return scene.diagnosis(f"{scene.callee()} makes {length} classes, but {held} holds {highest}", label(scene))
        asked = _count(conflict)
        if asked is not None and length is not None:
            along = f"{scene.axis(_table(conflict))} of {scene.expression(_indexed(conflict))}"
            count = f"{asked.size} places" if asked.param == "k" else f"{asked.size}"
            verb = "reaches to" if asked.param == "length" else "asks for"
            given = f"{scene.expression(asked.operand)} holds" if asked.operand else f"{scene.callee()} {verb}"
            return scene.diagnosis(f"{given} {count}, but {along} has {length}", label(scene))
        table = scene.callee() if conflict.call.layer else scene.expression(_indexed(conflict))
        return scene.diagnosis(f"{what} is asked of {table}, which {has}", label(scene))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        highest, length, table = _highest(conflict), _length(conflict), _table(conflict)
        if conflict.call.op in LOSSES and number(conflict.call.params.get("lowest_index")) and highest == length:
            yield from _from_zero(scene)
        asked = _count(conflict)
        if asked is not None and length is not None:
            if conflict.call.op != "narrow":
                yield from scene.resize(replace(asked, operand=""), length)
            yield from scene.resize(table, asked.size)
            return
        if highest is not None and length is not None and highest >= length and table is not None:
            yield from scene.resize(table, highest + 1)


def _from_zero(scene: Scene) -> Iterable[Fix]:
    """Count the classes from 0, where the smallest number among the targets is 1 or more."""
    yield from scene.wrap("target", "{} - 1", "count the classes from 0", evidence=0.5)
    for earlier in scene.producers("target"):
        for role in (role for role in earlier.call.operands if role.partition(".")[0] == "y"):
            yield from earlier.wrap(role, "{} - 1", "count the classes from 0", evidence=0.5)


def _highest(conflict: Conflict) -> int | None:
    for found in (
        conflict.facts.get("highest"),
        conflict.call.params.get("highest_index"),
        conflict.facts.get("value"),
    ):
        if number(found) is not None:
            return number(found)
    left = conflict.left
    return left.size if left is not None and left.axis < 0 and left.param in ("index", "indices") else None


def _table(conflict: Conflict) -> AxisUse | None:
    """Return the side that says how long the table is."""
    if conflict.call.op == "one_hot":
        return conflict.right
    return next((use for use in (conflict.right, conflict.left) if use is not None and use.axis >= 0), None)


def _count(conflict: Conflict) -> AxisUse | None:
    """Return the side that says how many places are asked for, where it is a number of them and not an index."""
    left = conflict.left
    counts = left is not None and (left.param in ("k", "length") or bool(conflict.facts.get("count")))
    return left if counts else None


def _length(conflict: Conflict) -> int | None:
    found = number(conflict.facts.get("length"))
    return found if found is not None else size(_table(conflict))


def _indexed(conflict: Conflict) -> str:
    table = _table(conflict)
    return table.operand if table is not None and table.operand else "input"
