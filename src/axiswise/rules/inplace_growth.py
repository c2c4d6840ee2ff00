from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label, place, shape, size, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class InplaceGrowth(Rule):
    """An in-place operation has a result larger than the tensor it writes to."""

    kinds = frozenset({"inplace"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        target = scene.expression(left.operand if left and left.operand else "input")
        if left is None or right is None or left.axis < 0 or size(left) is None or size(right) is None:
            return scene.diagnosis(f"{scene.callee()} writes a larger result into {target}", label(scene))
        return scene.diagnosis(
            f"{scene.callee()} writes {right.size} into {target}, which has {left.size} along {scene.axis(left)}",
            label(scene),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        spelled = conflict.call.spelled.rpartition(".")[2]
        if spelled.endswith("_") and not spelled.endswith("__"):
            yield from scene.callee_to(spelled[:-1], "return a new tensor", evidence=0.5)
        yield from _turned(conflict, scene)
        yield from _reduced(conflict, scene)
        yield from scene.agree()


def _turned(conflict: Conflict, scene: Scene) -> Iterable[Fix]:
    """Put the channels of an image where those of the place it is written to are."""
    target, value = shape(conflict, "input"), shape(conflict, "value")
    if target is None or value is None or len(value) != 3 or len(target) < 3:
        return
    for order, where in (((1, 2, 0), "last"), ((2, 0, 1), "first")):
        if tuple(value[axis] for axis in order) == target[-3:]:
            template = f"{{}}.permute({', '.join(map(str, order))})"
            yield from scene.wrap("value", template, f"put the channels {where}", evidence=0.8)


def _reduced(conflict: Conflict, scene: Scene) -> Iterable[Fix]:
    """Let the reduction that made what is written go over all the axes that the target does not have."""
    target = shape(conflict, conflict.left.operand) if conflict.left is not None and conflict.left.operand else None
    others = [role for role in conflict.call.operands if conflict.left is not None and role != conflict.left.operand]
    earlier = next((each for role in others for each in scene.producers(role)), None)
    given = shape(earlier.conflict, "input") if earlier is not None else None
    if earlier is None or target is None or given is None or sizes(earlier.call.params.get("dim")) is None:
        return
    first = len(given) - len(target)
    if first > 0 and given[first:] == target:
        dims = ", ".join(map(str, range(first)))
        text = f"({dims})" if first > 1 else dims
        yield from earlier.argument(
            "dim", text, f"{earlier.call.op} over axes {dims}", position=place(earlier.conflict, 1), evidence=0.6
        )
