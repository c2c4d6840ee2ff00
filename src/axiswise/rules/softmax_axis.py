from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import AxisUse, Conflict, OpCall
from axiswise.rules.reading import label, number, together
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

_USES = {
    **dict.fromkeys(("matmul", "bmm", "mm", "baddbmm", "einsum"), "sums its weights over"),
    **dict.fromkeys(("gather", "argmax", "argmin", "topk", "index"), "picks along"),
}


class SoftmaxAxis(Rule):
    """A softmax is over another axis than the one its weights are summed over."""

    kinds = frozenset({"softmax-axis"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        along, fault, used = conflict.left, conflict.facts.get("fault"), number(conflict.facts.get("used"))
        if along is None or fault is None or used is None:
            return None
        given, notes = scene.expression("input"), ()
        if fault == "one":
            told = f"{scene.callee()} is over an axis of one element of {given}: every weight is 1"
        elif fault == "even":
            told = (
                f"{scene.callee()} is over {scene.axis(along)} of {given}, which only its mask has: "
                f"the scores do not differ along it, and weigh nothing"
            )
        elif fault == "implied":
            told = f"{scene.callee()} names no axis, and of three it is over the first: {scene.axis(along)} of {given}"
        else:
            by = scene.at(replace(conflict, call=conflict.facts["by"]))
            does = "takes for the classes" if fault == "classes" else _USES.get(by.conflict.call.op, "sums over")
            other = scene.axis(AxisUse("input", used, 0))
            told = f"{scene.callee()} is over {scene.axis(along)} of {given}, but {by.callee()} {does} {other}"
            notes = (Note("used here", by.span),)
        found = scene.diagnosis(told, label(scene, "input"))
        notes = (*notes, *found.notes)
        return replace(found, severity="warning", silent=True, exception=None, notes=notes)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        ref, used = conflict.call.operands.get("input"), number(conflict.facts.get("used"))
        if ref is None or used is None or used < 0:
            return
        axis = used - ref.rank if used == ref.rank - 1 else used
        title = f"take it over axis {axis}"
        layer = conflict.call.layer
        if layer is not None and "dim" in layer.settings:
            yield from scene.setting("dim", str(axis), title, evidence=0.8)
        else:
            edits = list(_over(scene, axis, title))
            shift = conflict.facts.get("shift")
            if isinstance(shift, OpCall):
                edits = list(together(title, edits, _over(scene.at(replace(conflict, call=shift)), axis, title)))
            yield from edits


def _over(scene: Scene, axis: int, title: str) -> Iterable[Fix]:
    return scene.argument("dim", str(axis), title, position=0 if scene.call.is_method else 1, evidence=0.8)
