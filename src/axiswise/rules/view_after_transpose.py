from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

TURNS = ("transpose", "permute", "movedim", "swapaxes")


class ViewAfterTranspose(Rule):
    """A view joins axes that do not lie together in memory."""

    kinds = frozenset({"stride"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        turned = next((earlier for earlier in scene.producers("input") if earlier.call.op in TURNS), None)
        since = f" after {turned.callee()}" if turned else ""
        return scene.diagnosis(
            f"{scene.callee()} joins axes of {scene.expression('input')} that do not lie together in memory{since}",
            label(scene, "input"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.call.spelled.endswith("Tensor.view"):
            yield from scene.callee_to("reshape", "copy where it has to be, with reshape")
        yield from scene.wrap("input", "{}.contiguous()", "copy it into its new order first")
        for earlier in scene.producers("input"):
            if earlier.call.op in TURNS:
                yield from earlier.without_call(f"take the {earlier.call.op} before it out")
