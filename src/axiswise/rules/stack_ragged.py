from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import choices, label, listed, number, shape, together
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

PAD = "torch.nn.utils.rnn.pad_sequence"


class StackRagged(Rule):
    """Tensors of different shape are stacked."""

    kinds = frozenset({"stack"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        if left is None or right is None or left.operand == right.operand or left.axis < 0:
            return scene.diagnosis(f"{scene.callee()} needs one shape, but the tensors differ", label(scene))
        return scene.diagnosis(
            f"{scene.callee()} needs one shape, but {scene.expression(left.operand)} has {left.size} along "
            f"{scene.axis(left)} and {scene.expression(right.operand)} has {right.size}",
            label(scene),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        shapes = [shape(conflict, role) or () for role in listed(conflict)]
        dim = number(conflict.call.params.get("dim", 0))
        if dim == 0 and conflict.call.op == "stack" and shapes and len({each[1:] for each in shapes}) == 1:
            padded = together(
                "pad to the longest",
                scene.callee_to(PAD, "pad"),
                scene.argument("batch_first", "True", "pad", position=None),
            )
            yield from choices(padded)
        yield from scene.agree()
