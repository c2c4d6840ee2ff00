from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.reading import choices, label, shape, size, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class ExpandMismatch(Rule):
    """An expand asks for another size along an axis that is not 1."""

    kinds = frozenset({"expand"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        left, right = conflict.left, conflict.right
        operand = scene.expression(left.operand if left and left.operand else "input")
        if left is None or right is None or size(left) is None or size(right) is None:
            return scene.diagnosis(f"{scene.callee()} asks for sizes that {operand} does not expand to", label(scene))
        return scene.diagnosis(
            f"{scene.callee()} asks for {right.size} along {scene.axis(left)} of {operand}, which has {left.size}",
            label(scene),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        given, asked = shape(conflict, "input"), sizes(conflict.call.params.get("shape"))
        if given is not None and asked:
            places = [axis for axis in range(1, len(given) + 1) if _expands((*given[:axis], 1, *given[axis:]), asked)]
            for axis in places:
                fixes = scene.wrap("input", f"{{}}.unsqueeze({axis})", f"add the axis to repeat at {axis}")
                yield from choices(fixes) if len(places) > 1 and len(set(given)) < len(given) else fixes
        else:
            places = []
        if not places and given and asked:
            for behind in range(2, len(asked) - len(given) + 1):
                if _expands((*given, *(1,) * behind), asked):
                    places = [len(given)]
                    text = f"{{}}.view(-1{', 1' * behind})" if len(given) == 1 else f"{{}}[...{', None' * behind}]"
                    yield from scene.wrap("input", text, f"add {behind} axes of 1 at the end")
        if not places:
            yield from scene.agree()


def _expands(given: Shape, asked: Shape) -> bool:
    lead = len(asked) - len(given)
    return lead >= 0 and all(have in (1, want) or want == -1 for have, want in zip(given, asked[lead:], strict=True))
