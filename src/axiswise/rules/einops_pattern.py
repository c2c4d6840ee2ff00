from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import log2

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import axes, label, multiples, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

FARTHER = 0.05
"""What each doubling costs between a size and what it is made."""


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
        if "given" in conflict.facts:  # nothing is left open in it
            asked = f"{said} asks for an axis of {right.size}, where {tensor} has {left.size}"
            return scene.diagnosis(asked, label(scene))
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
        for wanted in dict.fromkeys((*multiples(scene, left, right.size), right.size, below, below + right.size)):
            if wanted and wanted != left.size:
                far = FARTHER * min(abs(log2(wanted / left.size)), 6)  # a slip is hardly many times too large
                yield from (replace(fix, evidence=fix.evidence - far) for fix in scene.resize(left, wanted))
        yield from scene.resize(right, left.size)
