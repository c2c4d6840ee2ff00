from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import axes, label, number, place
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class AxisOutOfRange(Rule):
    """An axis is named that the tensor does not have."""

    kinds = frozenset({"axis-range"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        named, highest = conflict.right or conflict.left, number(conflict.facts.get("highest"))
        axis = f"axis {named.size}" if named is not None and named.param else "an axis"
        if highest is None:
            return scene.diagnosis(f"{scene.callee()} names {axis}, which the tensor does not have", label(scene))
        return scene.diagnosis(
            f"{scene.callee()} names {axis}, but {scene.expression('input')} has {axes(highest + 1)}", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        named, highest = conflict.right or conflict.left, number(conflict.facts.get("highest"))
        if named is None or not named.param or highest is None or highest < 0:
            return
        for earlier in scene.producers("input"):
            if earlier.call.op == "squeeze" and earlier.call.params.get("dim") is None:
                for axis in range(highest + 1, 0, -1):
                    yield from earlier.argument(
                        "dim", str(axis), f"squeeze axis {axis} only", position=place(earlier.conflict, 1)
                    )
                yield from earlier.without_call("keep the axes of 1")
        position = place(conflict, 1) if named.index <= 0 else place(conflict, 1) + named.index
        if named.size > highest:
            yield from scene.argument(
                named.param, "-1", "count the axis from the end", position=position, evidence=0.05
            )
            if named.size - 1 <= highest:
                yield from scene.argument(
                    named.param, str(named.size - 1), f"name axis {named.size - 1}", position=position
                )
