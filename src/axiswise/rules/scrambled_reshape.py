from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene
from axiswise.source.turning import turned_after, turned_before


class ScrambledReshape(Rule):
    """A reshape calls an axis by the size of another, and mixes the elements of both."""

    kinds = frozenset({"scrambled"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        call, axis = conflict.call, int(conflict.facts["axis"])
        ref = call.operands["input"]
        claimed = int(conflict.facts["claimed"])
        name = ref.axes.get(claimed, "") or (f"axis {claimed}" if claimed >= 0 else "an axis")
        size = call.outputs[0].shape[axis] if call.outputs else 0
        found = scene.diagnosis(
            f"{scene.callee()} gives axis {axis} the size of {name}, {size}, but not its elements: "
            f"{name} of {scene.expression('input')} lies elsewhere, and a reshape moves nothing",
            label(scene, "input"),
        )
        return replace(found, severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        for where, one, other in conflict.facts["turns"]:
            if where == "before":
                yield from turned_before(scene, one, other, f"exchange axes {one} and {other} first", evidence=0.6)
            else:
                title = f"split it in the order it lies in, then exchange axes {one} and {other}"
                yield from turned_after(scene, one, other, title, evidence=0.8)
