from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict
from axiswise.rules.reading import label, names, shape, together
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class WeightsShape(Rule):
    """A stored parameter has another shape than the model's."""

    kinds = frozenset({"weights"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        stored, built = shape(conflict, "stored"), shape(conflict, "parameter")
        name = conflict.facts.get("name")
        what = f"`{name}`" if isinstance(name, str) and name else "a parameter"
        for fact, said in (("missing", "the checkpoint lacks"), ("unexpected", "the model has no")):
            listed = names(conflict.facts.get(fact))
            if listed:
                return scene.diagnosis(f"{said} `{listed[0]}`: the names of the two differ", label(scene))
        if stored is None or built is None:
            return scene.diagnosis(f"{what} of the checkpoint has another shape than the model's", label(scene))
        return scene.diagnosis(f"{what} is stored as {stored}, but the model has {built}", label(scene))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right = conflict.left, conflict.right
        stored, built = shape(conflict, "stored"), shape(conflict, "parameter")
        if stored is not None and len(stored) == 2 and stored[::-1] == built:
            yield from scene.wrap("stored", "{}.T", "transpose what is stored", evidence=1.0)
        beside: tuple[tuple[AxisUse, AxisUse], ...] = conflict.facts.get("beside", ())
        if left is not None and right is not None and left.size >= 0 and left.axis >= 0:
            sides = ((left, right), *beside)
            if beside:
                parts = (scene.resize(built_side, stored_side.size) for stored_side, built_side in sides)
                yield from together("build the layer with the sizes that are stored", *parts)
            yield from scene.resize(right, left.size)
