from __future__ import annotations

from collections.abc import Iterable
from math import prod

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class NonScalarBackward(Rule):
    """A gradient is asked of a tensor with several elements."""

    kinds = frozenset({"scalar"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        if conflict.call.op not in ("backward", "grad"):
            return None
        given = shape(conflict, "input")
        has = f"{prod(given)} elements" if given is not None else "several elements"
        return scene.diagnosis(
            f"{scene.callee()} needs a single number to start from, but {scene.expression('input')} has {has}",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        yield from scene.terms("input")
        yield from scene.wrap("input", "{}.mean()", "take the mean", evidence=0.1)
        yield from scene.wrap("input", "{}.sum()", "take the sum")
