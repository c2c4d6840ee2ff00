from __future__ import annotations

from collections.abc import Iterable
from math import prod

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class ScalarOfMany(Rule):
    """One number is asked of a tensor with several elements."""

    kinds = frozenset({"scalar"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given = shape(conflict, "input")
        elements = prod(given) if given is not None else conflict.left.size if conflict.left else -1
        has = f"{elements} elements" if elements >= 0 else "several"
        what = "one truth value is" if conflict.call.op == "bool" else "one number is"
        return scene.diagnosis(f"{what} asked of {scene.expression('input')}, which has {has}", label(scene, "input"))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.call.op == "bool":
            yield from scene.wrap("input", "{}.all()", "ask whether all are true", choice=True)
            yield from scene.wrap("input", "{}.any()", "ask whether any is true", choice=True)
        else:
            yield from scene.wrap("input", "{}.mean()", "take the mean", evidence=0.1)
            yield from scene.wrap("input", "{}.sum()", "take the sum")
