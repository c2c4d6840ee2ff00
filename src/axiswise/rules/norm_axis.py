from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import label, number, together
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

PLACES = {"normalize": 2, "cosine_similarity": 2, "norm": 2, "sum": 1}
"""Where `dim` stands when it is given by its place."""


class NormAxis(Rule):
    """Vectors are brought to length 1, or compared, along another axis than their features."""

    kinds = frozenset({"norm-axis"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        use, by, fault = conflict.left, conflict.facts.get("by"), conflict.facts.get("fault")
        if use is None or use.operand not in conflict.call.operands:
            return None
        given, notes = scene.expression(use.operand), ()
        if fault == "product" and isinstance(by, OpCall):
            product = scene.at(replace(conflict, call=by, left=None))
            message = (
                f"{scene.callee()} scales {given} along {scene.axis(use)}, but {product.callee()} sums over the last "
                f"axis: its results are no cosines"
            )
            notes = (Note("multiplied here", product.span),)
        elif fault == "implied" and not scene.written("dim", PLACES.get(conflict.call.op, -1)):
            message = (
                f"{scene.callee()} names no axis and takes axis 1 of {given}, {scene.axis(use)}; its features are in "
                f"axis {conflict.facts.get('features')}"
            )
        elif fault == "places" and isinstance(by, OpCall):
            layer = scene.at(replace(conflict, call=by, left=None))
            message = (
                f"{scene.callee()} normalises {scene.axis(use)} of {given}, the places that {layer.callee()} slides "
                f"over: that there are as many as channels, {use.size}, is chance"
            )
        else:
            return None
        found = scene.diagnosis(message, label(scene, use.operand))
        return replace(found, severity="warning", silent=True, exception=None, notes=(*found.notes, *notes))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        features = number(conflict.facts.get("features"))
        if features is None:
            return
        if conflict.facts.get("fault") == "places":
            callee = scene.callee().strip("`")
            turned = f"{callee}({{}}.movedim({features}, -1)).movedim(-1, {features})"
            yield from scene.call_as(turned, "put the channels last for it", evidence=0.7)
            return
        title, others = "take it along the features", conflict.facts.get("others") or ()
        scenes = [scene, *(scene.at(replace(conflict, call=other, left=None)) for other in others)]
        yield from together(title, *(_along_last(each, title) for each in scenes))


def _along_last(scene: Scene, title: str) -> Iterable[Fix]:
    if scene.call.layer is not None:
        return scene.setting("dim", "-1", title)
    place = PLACES.get(scene.call.op)
    position = place - scene.call.is_method if place is not None else None
    return scene.argument("dim", "-1", title, position=position)
