from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class LayerReturnsTuple(Rule):
    """A layer's tuple of results is used as if it were a tensor."""

    kinds = frozenset({"tuple"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        attribute, container = conflict.facts.get("attribute"), conflict.facts.get("container", "tuple")
        if isinstance(attribute, str):
            return scene.diagnosis(
                f"`.{attribute}` is asked of a {container} of results, where a tensor is meant", label(scene)
            )
        role = _role(conflict)
        return scene.diagnosis(
            f"{scene.callee()} takes one tensor, but {scene.expression(role)} is a {container} of results", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        yield from scene.wrap(_role(conflict), "{}[0]", "take the first result")


def _role(conflict: Conflict) -> str:
    found = conflict.facts.get("argument")
    return found if isinstance(found, str) else "input"
