from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, number
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene
from axiswise.source.turning import turned_after, turned_before


class ScrambledReshape(Rule):
    """A reshape calls an axis by the size of another, and mixes the elements of both."""

    kinds = frozenset({"scrambled"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        call, axis, claimed = conflict.call, number(conflict.facts.get("axis")), number(conflict.facts.get("claimed"))
        ref = call.operands.get("input")
        if ref is None or axis is None or claimed is None or not call.outputs:
            return None
        name = ref.axes.get(claimed, "") or (f"axis {claimed}" if claimed >= 0 else "an axis")
        size = call.outputs[0].shape[axis]
        told = (
            f"{scene.callee()} gives axis {axis} the size of {name}, {size}, but not its elements: "
            f"{name} of {scene.expression('input')} lies elsewhere, and a reshape moves nothing"
        )
        if conflict.facts.get("part"):
            told = (
                f"{scene.callee()} gives axis {axis} a size worked out from that of {name}, {size}, but none of its "
                f"elements: {name} of {scene.expression('input')} lies elsewhere, and a reshape moves nothing"
            )
        if conflict.facts.get("mixed"):
            told = (
                f"{scene.callee()} makes an axis of {size} of parts of several axes of {scene.expression('input')}: "
                f"none of its steps begins where one of theirs does"
            )
        found = scene.diagnosis(told, label(scene, "input"))
        return replace(found, severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.facts.get("part"):
            yield Fix("cut the axes apart first, `permute` those that belong together side by side, then reshape")
        for where, one, other in conflict.facts.get("turns", ()):
            if where == "before":
                yield from turned_before(scene, one, other, f"exchange axes {one} and {other} first", evidence=0.6)
            else:
                title = f"split it in the order it lies in, then exchange axes {one} and {other}"
                yield from turned_after(scene, one, other, title, evidence=0.8)
