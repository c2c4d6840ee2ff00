from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class BatchMismatch(Rule):
    """Two operands of a batched product or layer disagree on a batch axis."""

    kinds = frozenset({"batch"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        if left is None or right is None or size(left) is None or size(right) is None:
            return scene.diagnosis(f"the operands of {scene.callee()} disagree on the batch", label(scene))
        ours = (
            f"{left.size} along {scene.axis(left)} of {scene.expression(left.operand)}"
            if left.operand
            else f"{left.size}"
        )
        theirs = (
            f"{right.size} along {scene.axis(right)} of {scene.expression(right.operand)}"
            if right.operand
            else f"{right.size} in {right.param}"
            if right.param
            else f"{right.size}"
        )
        return scene.diagnosis(f"{scene.callee()} meets {ours}, but {theirs}", label(scene))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.left is None or conflict.right is None:
            return
        pair = (conflict.left.operand, conflict.right.operand)
        for role, other in (pair, pair[::-1]):
            ours, theirs = shape(conflict, role), shape(conflict, other)
            if ours is None or theirs is None:
                continue
            maker = next(iter(scene.producers(role)), None)
            if maker is not None and maker.call.op == "reverse-axes" and len(ours) > 2:
                yield from maker.call_as("{}.mT", "exchange the last two axes only", evidence=0.9)
            if len(ours) == 3 and len(theirs) == 4 and ours[0] == theirs[0]:
                yield from scene.wrap(role, "{}.unsqueeze(1)", "add an axis for the heads", evidence=0.7)
            if len(ours) == len(theirs) >= 3 and ours[1::-1] == theirs[:2]:
                yield from scene.wrap(role, "{}.transpose(0, 1)", "put the batch axis first", evidence=0.7)
            if len(ours) == 4 and len(theirs) == 4 and ours[2] == theirs[1]:
                yield from scene.wrap(role, "{}.transpose(1, 2)", "put the heads before the steps", evidence=0.7)
        for use, other in ((conflict.left, conflict.right), (conflict.right, conflict.left)):
            ours = shape(conflict, use.operand)
            if conflict.call.op == "ctc_loss" and use.axis == 1 and ours and ours[0] == other.size:
                yield from scene.wrap(use.operand, "{}.transpose(0, 1)", "put the batch axis second", evidence=0.7)
        yield from scene.agree()
