from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class LinearInFeatures(Rule):
    """A linear layer was built for another number of features than it is given."""

    kinds = frozenset({"contraction"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        data, features = conflict.left, conflict.right
        if conflict.call.op != "linear" or data is None:
            return None
        given = scene.expression("input")
        if conflict.facts.get("is_open"):
            return scene.diagnosis(f"{scene.callee()} takes a known number of features, but {given} leaves it open")
        if features is None:
            return None
        return scene.diagnosis(
            f"{scene.callee()} takes {features.size} features, but {given} has {data.size}",
            f"{given.strip('`')}: {scene.shape('input')} · {scene.layer()}: {features.size} features",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        data, features = conflict.left, conflict.right
        if data is None or features is None:
            return
        yield from scene.agree()
        given = shape(conflict, "input") or ()
        for axis in range(len(given) - 1):
            if given[axis] == features.size:
                order = f"{axis}, {len(given) - 1}"
                yield from scene.wrap("input", f"{{}}.transpose({order})", "put the feature axis last", evidence=0.5)
        flat = given[-1] if given else 0
        for axis in range(len(given) - 2, 0, -1):
            flat *= given[axis]
            if flat == features.size:
                title = f"flatten the last {len(given) - axis} axes"
                yield from scene.wrap("input", f"{{}}.flatten({axis})", title, evidence=0.8)
