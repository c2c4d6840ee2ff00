from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, position_of, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class AxisLength(Rule):
    """An axis has another length than the operation asks of it."""

    kinds = frozenset({"length"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, wanted = conflict.left, size(conflict.right)
        operand = scene.expression(left.operand if left is not None and left.operand else "input")
        if left is None or size(left) is None or wanted is None:
            return scene.diagnosis(f"{scene.callee()} asks for another length than {operand} has", label(scene))
        return scene.diagnosis(
            f"{scene.callee()} takes {wanted} along {scene.axis(left)} of {operand}, which has {left.size}",
            label(scene),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right = conflict.left, conflict.right
        given = shape(conflict, left.operand) if left is not None else None
        if left is None or right is None or not given or left.axis < 0:
            return
        for axis in (axis for axis, length in enumerate(given) if length == right.size and axis != left.axis):
            if conflict.call.op == "cross":
                place = position_of(conflict, "dim")
                yield from scene.argument("dim", str(axis), f"name axis {axis}", position=place, evidence=0.5)
            elif left.axis == len(given) - 1:
                template = f"{{}}.movedim({axis}, -1)"
                yield from scene.wrap(left.operand, template, f"put axis {axis} last", evidence=0.7)
        yield from scene.agree()
