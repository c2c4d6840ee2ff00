from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import choices, counts, label, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class AttentionHeads(Rule):
    """A width is not divisible by the number of attention heads."""

    kinds = frozenset({"heads"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        width, heads = size(conflict.left), size(conflict.right)
        if width is None or not heads:
            return scene.diagnosis(f"the width of {scene.callee()} is not divisible by its heads", label(scene))
        if conflict.left is not None and conflict.left.operand:
            return scene.diagnosis(
                f"{scene.callee()} shares {heads} key heads among {width} query heads, which leaves {width % heads}",
                label(scene),
            )
        return scene.diagnosis(
            f"{scene.callee()} divides a width of {width} among {heads} heads, which leaves {width % heads}"
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        width, heads = size(conflict.left), size(conflict.right)
        if not width or not heads:
            return
        divisors = [count for count in range(2, width + 1) if width % count == 0 and width // count > 1]
        below = max((count for count in divisors if count < heads), default=None)
        above = min((count for count in divisors if count > heads), default=None)
        fitting = [count for count in (below, above) if count is not None]
        if conflict.call.layer is None and not conflict.call.operands:
            for wanted in fitting:
                title = f"set num_heads to {wanted}"
                yield from choices(scene.argument("num_heads", str(wanted), title, position=1))
        else:
            yield from counts(scene, conflict.right, fitting)
