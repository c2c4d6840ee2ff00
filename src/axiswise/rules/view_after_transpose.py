from __future__ import annotations

from collections.abc import Iterable
from math import prod

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.reading import label, shape, sizes
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
            yield from scene.callee_to("reshape", "copy where it has to be, with reshape", evidence=0.5)
        yield from scene.wrap("input", "{}.contiguous()", "copy it into its new order first")
        for earlier in scene.producers("input"):
            before, asked = shape(earlier.conflict, "input"), sizes(conflict.call.params.get("shape"))
            if earlier.call.op in TURNS and before and asked and _merges(before, asked):
                yield from earlier.without_call(f"take the {earlier.call.op} before it out")


def _merges(given: Shape, asked: Shape) -> bool:
    """Return whether a reshape only joins neighbours: each cut between asked axes is a cut between given ones."""
    if -1 in asked:
        asked = tuple(size if size >= 0 else prod(given) // abs(prod(asked)) for size in asked if prod(asked))
    return _cuts(asked) <= _cuts(given)


def _cuts(shape: Shape) -> set[int]:
    return {prod(shape[:axis]) for axis in range(1, len(shape) + 1)}
