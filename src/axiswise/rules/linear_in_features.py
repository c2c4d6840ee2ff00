from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class LinearInFeatures(Rule):
    """A linear layer was built for another number of features than it is given."""

    kinds = frozenset({"contraction"})
    priority = 10

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        data, features = conflict.left, conflict.right
        if conflict.call.op != "linear" or data is None or features is None:
            return None
        return scene.diagnosis(
            f"{scene.callee()} takes {features.size} features, but {scene.expression('input')} has {data.size}",
            f"{scene.expression('input')}: {scene.shape('input')} · {scene.layer()}: {features.size} features",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        data, features = conflict.left, conflict.right
        if data is None or features is None:
            return
        yield from scene.agree()
        shape = conflict.call.operands["input"].shape
        for axis in range(len(shape) - 1):
            if shape[axis] == features.size:
                order = f"{axis}, {len(shape) - 1}"
                yield from scene.wrap("input", f"{{}}.transpose({order})", "put the feature axis last")
        flat = 1
        for axis in range(len(shape) - 1, 0, -1):
            flat *= shape[axis]
            if axis < len(shape) - 1 and flat == features.size:
                yield from scene.wrap("input", f"{{}}.flatten({axis})", f"flatten the last {len(shape) - axis} axes")
