from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.declared_input import declares_whole
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class MissingBatchAxis(Rule):
    """A model takes a batch, and is given one sample."""

    kinds = frozenset({"declared"})
    priority = 30

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        if conflict.facts.get("missing") != "batch" or conflict.left is None or declares_whole(conflict, scene):
            return None
        role = conflict.left.operand
        data, sample = scene.expression(role), _sample(conflict)
        if conflict.call.params.get("stream"):
            return scene.diagnosis(f"`{scene.layer()}` takes batches, but {data} yields one sample, of shape {sample}")
        return scene.diagnosis(f"`{scene.layer()}` takes a batch, but {data} is one sample, of shape {sample}")

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.left is None:
            return
        role, stream = conflict.left.operand, conflict.call.params.get("stream")
        if stream:
            if stream == "dataset":
                yield from scene.wrap(role, "{}.batch(32)", "take batches of the samples", evidence=1.0)
        elif conflict.facts.get("channel"):
            yield from scene.wrap(role, "{}[None, ..., None]", "make it a batch of one, with one channel", evidence=1.0)
        else:
            yield from scene.wrap(role, "{}[None]", "make it a batch of one", evidence=1.0)
            yield from scene.wrap(role, "{}.unsqueeze(0)", "add the batch axis", evidence=0.9)


def _sample(conflict: Conflict) -> Shape:
    """Return the shape of the sample that was given; `conflict` may be read from text that does not tell it."""
    role = conflict.left.operand if conflict.left is not None else ""
    known = conflict.call.operands[role].shape if role in conflict.call.operands else ()
    return conflict.facts.get("sample", known)
