from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict
from axiswise.rules.reading import axes, label, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class EinopsPattern(Rule):
    """An einops pattern does not fit its tensor."""

    kinds = frozenset({"pattern"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        pattern = conflict.call.params.get("pattern")
        said = f'"{pattern}"' if isinstance(pattern, str) and len(pattern) <= 40 else "the pattern"
        tensor = scene.expression(left.operand if left is not None and left.operand else "input")
        if left is None or size(left) is None or size(right) is None or right is None:
            return scene.diagnosis(f"{said} does not fit {tensor}", label(scene))
        if left.axis < 0:
            return scene.diagnosis(f"{said} names {axes(right.size)}, but {tensor} has {axes(left.size)}", label(scene))
        if right.operand:
            other, along = scene.expression(right.operand), scene.axis(left)
            said = f"{said} packs {tensor} with {other}, but {left.size} along {along} is not {right.size}"
            return scene.diagnosis(said, label(scene))
        relation = "is not divisible by" if left.size >= 2 * right.size > 0 else "is not"
        return scene.diagnosis(
            f"{said} splits an axis of {left.size} of {tensor}, which {relation} {right.size}", label(scene)
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right = conflict.left, conflict.right
        if left is None or right is None or size(left) is None or not size(right):
            return
        given = shape(conflict, left.operand)
        if left.axis < 0:
            if given is not None and len(given) == right.size - 1:
                yield from scene.wrap(left.operand, "{}.unsqueeze(0)", "add the batch axis")
            return
        if right.operand:
            yield from scene.agree()
            return
        below = left.size - left.size % right.size
        for wanted in dict.fromkeys((*_held(scene, left, right.size), right.size, below, below + right.size)):
            if wanted and wanted != left.size:
                yield from scene.resize(left, wanted)
        yield from scene.resize(right, left.size)


def _held(scene: Scene, use: AxisUse, divisor: int) -> list[int]:
    """Return sizes that go into a pattern and have a name where the layer was built that an axis is from."""
    layers = (maker.call.layer for maker in scene.producers(use.operand))
    built = next((layer.built[-1].sizes for layer in layers if layer is not None and layer.built), None)
    sizes = {size for size in (built or {}).values() if size > divisor and size % divisor == 0}
    return sorted(sizes, key=lambda size: max(size / use.size, use.size / size))[:2]
