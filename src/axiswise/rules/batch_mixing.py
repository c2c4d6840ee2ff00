from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.evidence import evidence, subject_of, told
from axiswise.rules.reading import number, position_of, setting, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class BatchMixing(Rule):
    """An example's output depends on the other examples of its batch."""

    kinds = frozenset({"batch-mixing", "batch-order"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        said, found = evidence(conflict), setting(conflict, "batch_first")
        subject = subject_of(scene)
        if conflict.kind == "batch-order":
            message = f"{subject} treats examples by their place in the batch: {said.exchanged}"
        elif found is False and conflict.call.layer is not None:
            message = f"{subject} reads axis 0 as time, and the batch is there: {said.moves}"
        else:
            message = f"{subject} mixes the examples of a batch: {said.moves}"
        return told(scene, message, said)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if setting(conflict, "batch_first") is False:
            yield from scene.setting("batch_first", "True", "read the batch from axis 0", evidence=1.0)
        dim, axis = number(setting(conflict, "dim")), number(conflict.facts.get("axis"))
        operand = shape(conflict, "input")
        if dim is not None and axis is not None and operand and dim % len(operand) == axis:
            for other in (-1, *range(1, len(operand) - 1)):
                title = f"take it along axis {other}" if other >= 0 else "take it along the last axis"
                if conflict.call.layer is not None:
                    yield from scene.setting("dim", str(other), title, evidence=0.5)
                else:
                    yield from scene.argument(
                        "dim", str(other), title, position=position_of(conflict, "dim"), evidence=0.5
                    )
        yield Fix("keep the batch axis out of what is summed, normalised or attended over")
