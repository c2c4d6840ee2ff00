from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict
from axiswise.rules.reading import axes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

CONTRACT = 1.0
"""How much less likely it is that the annotation is wrong than the value."""


class AnnotationMismatch(Rule):
    """A value has another shape than its annotation says."""

    kinds = frozenset({"annotation"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        facts = conflict.facts
        name, function = facts.get("name", ""), facts.get("function", "")
        thing = f"`{name}`" if name else f"what `{function}` returns" if function else "a value"
        said = f"{thing} is annotated `{facts.get('dims', '')}`"
        shape = f"{name or 'returned'}: {scene.shape('value')}" if "value" in conflict.call.operands else ""
        found = scene.diagnosis(f"{said}, but {_why(conflict)}", shape)
        return replace(
            found, severity="warning", silent=True, exception=None, notes=(*found.notes, *_called(scene, name))
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        left, right = conflict.left, conflict.right
        if left is None or right is None:
            return
        if right.operand:
            yield from scene.agree()
            return
        yield from scene.resize(left, right.size)
        for fix in scene.resize(right, left.size):
            # What is annotated is what was meant, as a rule: the annotation is the last thing to be changed.
            yield replace(fix, title=f"annotate {left.size}", evidence=fix.evidence - CONTRACT)


def _why(conflict: Conflict) -> str:
    """Return what contradicts the annotation: a size, the number of axes, or the elements."""
    facts, left, right = conflict.facts, conflict.left, conflict.right
    if left is None or left.size < 0:
        found = facts.get("found")
        return f"it holds {found}" if isinstance(found, str) else "it is another"
    if right is None or right.size < 0:
        return f"it has {axes(left.size)}"
    where = f"along axis {left.axis}" if left.axis >= 0 else "there"
    if str(facts.get("dim")) == str(right.size):
        return f"it has {left.size} {where}"
    return f"it has {left.size} {where}, where `{facts.get('dim', '')}` is {right.size}"


def _called(scene: Scene, name: str) -> Iterable[Note]:
    """Yield where the function was called that was given another shape than it says."""
    if name and len(scene.call.frames) > 1:
        yield Note(f"given in the call of `{scene.call.frames[-1].function}`", scene.call.frames[-2].span)
