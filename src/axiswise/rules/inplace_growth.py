from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class InplaceGrowth(Rule):
    """An in-place operation has a result larger than the tensor it writes to."""

    kinds = frozenset({"inplace"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        target = scene.expression(left.operand if left and left.operand else "input")
        if left is None or right is None or left.axis < 0 or size(left) is None or size(right) is None:
            return scene.diagnosis(f"{scene.callee()} writes a larger result into {target}", label(scene))
        return scene.diagnosis(
            f"{scene.callee()} writes {right.size} into {target}, which has {left.size} along {scene.axis(left)}",
            label(scene),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        spelled = conflict.call.spelled.rpartition(".")[2]
        if spelled.endswith("_") and not spelled.endswith("__"):
            yield from scene.callee_to(spelled[:-1], "return a new tensor", evidence=0.5)
        yield from scene.agree()
