from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class MissingBatchAxis(Rule):
    """A model takes a batch, and is given one sample."""

    kinds = frozenset({"declared"})
    priority = 30

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        if conflict.facts.get("missing") != "batch" or conflict.left is None:
            return None
        role = conflict.left.operand
        sample = conflict.call.operands[role].shape if role in conflict.call.operands else ()
        return scene.diagnosis(
            f"`{scene.layer()}` takes a batch, but {scene.expression(role)} is one sample, of shape {sample}",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.left is not None:
            role = conflict.left.operand
            yield from scene.wrap(role, "{}[None]", "make it a batch of one", evidence=1.0)
            yield from scene.wrap(role, "{}.unsqueeze(0)", "add the batch axis", evidence=0.9)
