from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, setting, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class AttentionLayout(Rule):
    """Query and keys disagree on the batch, because batch and sequence changed places."""

    kinds = frozenset({"attention-batch"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        if left is None or right is None or size(left) is None or size(right) is None:
            return scene.diagnosis(f"the operands of {scene.callee()} disagree on the batch", label(scene))
        ours, theirs = scene.expression(left.operand), scene.expression(right.operand)
        if setting(conflict, "batch_first") is False and left.axis == 1:
            return scene.diagnosis(
                f"{scene.callee()} reads axis 1 as the batch, "
                f"where {ours} has {left.size} and {theirs} has {right.size}",
                label(scene),
            )
        return scene.diagnosis(
            f"{ours} has {left.size} along {scene.axis(left)}, where {theirs} has {right.size}", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right = conflict.left, conflict.right
        if left is None or right is None:
            return
        ours, theirs = shape(conflict, left.operand), shape(conflict, right.operand)
        if setting(conflict, "batch_first") is False and ours and theirs and ours[0] == theirs[0]:
            yield from scene.setting("batch_first", "True", "read the batch from axis 0", evidence=1.0)
        if ours and theirs and len(ours) == len(theirs) == 3 and ours[:2] == (theirs[1], theirs[0]):
            yield from scene.wrap(right.operand, "{}.transpose(0, 1)", "exchange batch and sequence")
        yield from scene.agree()
