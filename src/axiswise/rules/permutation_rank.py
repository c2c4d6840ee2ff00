from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import axes, label, shape, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class PermutationRank(Rule):
    """A permutation names another number of axes than the tensor has."""

    kinds = frozenset({"permutation"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given, named = shape(conflict, "input"), sizes(conflict.call.params.get("dims"))
        if given is None or not named:
            return scene.diagnosis(f"{scene.callee()} names other axes than the tensor has", label(scene))
        if len(named) == len(given):
            return scene.diagnosis(f"{scene.callee()} names an axis of {scene.expression('input')} twice", label(scene))
        return scene.diagnosis(
            f"{scene.callee()} names {axes(len(named))}, but {scene.expression('input')} has {axes(len(given))}",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        given, named = shape(conflict, "input"), sizes(conflict.call.params.get("dims"))
        if given is None or not named:
            return
        if len(named) == len(given) + 1:
            yield from scene.wrap("input", "{}.unsqueeze(0)", "add the batch axis")
        if len(named) == len(given) - 1 and given[0] == 1:
            yield from scene.wrap("input", "{}.squeeze(0)", "take the batch axis away")
        for earlier in scene.producers("input"):
            if earlier.call.op in ("squeeze", "flatten"):
                yield from earlier.without_call(f"take the {earlier.call.op} before it out")
