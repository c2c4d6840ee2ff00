from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class NormFeatures(Rule):
    """A normalisation layer was built for another width than it is given."""

    kinds = frozenset({"features"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        has, wants = size(conflict.left), size(conflict.right)
        if conflict.facts.get("missing"):
            return scene.diagnosis(f"{scene.callee()} is to use running statistics, and has none")
        if has is None or wants is None:
            return scene.diagnosis(f"{scene.callee()} was built for another width than its input has")
        data = scene.expression("input")
        along = f" along {scene.axis(conflict.left)}" if conflict.left and conflict.left.axis >= 0 else ""
        return scene.diagnosis(
            f"{scene.callee()} normalises {wants} features, but {data} has {has}{along}",
            f"{data.strip('`')}: {scene.shape('input')} · {scene.layer()}: {wants} features",
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        yield from scene.agree()
        given, wants = shape(conflict, "input"), size(conflict.right)
        if given is None or wants is None or len(given) != 3:
            return
        if ("layer_norm" in conflict.call.op and given[1] == wants) or (
            "batch_norm" in conflict.call.op and given[2] == wants
        ):
            yield from scene.wrap("input", "{}.transpose(1, 2)", "exchange the last two axes")
