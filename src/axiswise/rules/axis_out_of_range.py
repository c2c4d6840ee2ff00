from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict
from axiswise.rules.reading import axes, label, number, place, position_of, sizes
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
        operand, rank = _operand(conflict), number(conflict.facts.get("axes"))
        count = highest + 1 if rank is None else rank
        known = conflict.call.operands.get(operand)
        has = f"{scene.expression(operand)} has {axes(count)}"
        if known is not None and count == known.rank + 1 > 1:  # what comes is counted in
            has = f"{scene.expression(operand)} has {axes(known.rank)}, and a new one is at most axis {highest}"
        return scene.diagnosis(f"{scene.callee()} names {axis}, but {has}", label(scene))

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
        if named.size <= highest:
            return
        several = sizes(conflict.call.params.get(named.param))
        if named.index >= 0 and several is not None and len(several) > 1:
            text = ", ".join(str(int(each) - named.size + highest) for each in several)
            yield from scene.argument(
                named.param,
                f"({text})",
                "name the axes before them",
                position=position_of(conflict, named.param),
                evidence=0.1,
            )
        yield from _named(conflict, scene, named, -1, "count the axis from the end", evidence=0.05)
        if named.size - 1 <= highest:
            yield from _named(conflict, scene, named, named.size - 1, f"name axis {named.size - 1}")


def _named(
    conflict: Conflict, scene: Scene, named: AxisUse, axis: int, title: str, evidence: float = 0.0
) -> Iterable[Fix]:
    """Name another axis, in its place among several where they are given together."""
    given = sizes(conflict.call.params.get(named.param))
    if named.index < 0 or given is None:
        position = position_of(conflict, named.param)
        yield from scene.argument(named.param, str(axis), title, position=position, evidence=evidence)
        return
    text = ", ".join(str(axis if place == named.index else int(each)) for place, each in enumerate(given))
    text = f"({text},)" if len(given) == 1 else f"({text})"
    yield from scene.argument(named.param, text, title, position=position_of(conflict, named.param), evidence=evidence)


def _operand(conflict: Conflict) -> str:
    """Return the operand whose axes are named."""
    if conflict.left is not None and conflict.left.operand:
        return conflict.left.operand
    return next(iter(conflict.call.operands), "input")
