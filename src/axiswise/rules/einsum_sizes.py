from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import axes, label, listed, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class EinsumSizes(Rule):
    """One letter of an einsum stands for two sizes, or letters and axes differ in number."""

    kinds = frozenset({"einsum"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right, letter = conflict.left, conflict.right, conflict.facts.get("letter")
        if left is None or right is None or size(left) is None or size(right) is None:
            return scene.diagnosis("the letters of the einsum do not fit its tensors", label(scene))
        if left.axis < 0:
            written = "letters" if right.size != 1 else "letter"
            return scene.diagnosis(
                f"the einsum has {right.size} {written} for {scene.expression(left.operand)}, "
                f"which has {axes(left.size)}",
                label(scene),
            )
        return scene.diagnosis(
            f"the letter {letter} stands for {left.size} in {scene.expression(left.operand)} and for {right.size} "
            f"in {scene.expression(right.operand)}",
            label(scene),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        equation = str(conflict.call.params.get("equation", "")).replace(" ", "")
        shapes = [shape(conflict, role) for role in listed(conflict)]
        terms, arrow, result = equation.partition("->")
        words = terms.split(",")
        known = [each for each in shapes if each is not None]
        if (
            "..." in equation
            or len(known) != len(shapes)
            or [len(word) for word in words] != [len(each) for each in known]
        ):
            return
        for place in reversed(range(len(words))):
            others = dict[str, int]()
            for position, (word, sizes) in enumerate(zip(words, known, strict=True)):
                if position != place:
                    others.update(zip(word, sizes, strict=True))
            for word in sorted(
                {"".join(each) for each in permutations(words[place])} if len(words[place]) <= 5 else ()
            ):
                fits = all(others.get(one, length) == length for one, length in zip(word, known[place], strict=True))
                if fits and word != words[place] and len(set(word)) == len(word):
                    text = ",".join((*words[:place], word, *words[place + 1 :])) + arrow + result
                    yield from scene.argument(
                        "equation", f'"{text}"', f"order its letters {word}", position=0, evidence=0.7
                    )
        yield from scene.agree()
