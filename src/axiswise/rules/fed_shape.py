from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import prod

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, Shape
from axiswise.origin import AnySize
from axiswise.rules.reading import at_source, begun, label, made, shape
from axiswise.rules.rule import Rule
from axiswise.source.imports import importing
from axiswise.source.rebinding import rebound
from axiswise.source.scene import Scene


class FedShape(Rule):
    """A value is fed to a placeholder of another shape."""

    kinds = frozenset({"feed"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given, wanted = scene.expression("input"), scene.shape("placeholder")
        found = scene.diagnosis(
            f"{scene.callee()} takes {wanted}, but {given} has the shape {scene.shape('input')}", label(scene, "input")
        )
        others = (
            Note(f"{each.callee()} takes {each.shape('placeholder')}, but is given {each.shape('input')}", each.span)
            for each in map(scene.at, conflict.facts.get("beside", ()))
        )
        return replace(
            found,
            notes=tuple(
                dict.fromkeys(
                    (
                        *found.notes,
                        *made(scene, "input"),
                        *begun(scene, "input"),
                        *made(scene, "placeholder", name=scene.callee()),
                        *others,
                    )
                )
            ),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        own = list(self._alone(conflict, scene))
        beside: tuple[Conflict, ...] = conflict.facts.get("beside", ())
        for other in beside:
            theirs = list(self._alone(other, scene.at(other)))
            own = [joined for fix in own if (joined := _joined(fix, theirs)) is not None]
        yield from own

    def _alone(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        """Yield fixes of one value, whatever else is fed."""
        given, wanted = shape(conflict, "input"), shape(conflict, "placeholder")
        if given is None or wanted is None or scene.site is None:
            return
        array, imports = importing(scene.site.source, "numpy", "np")
        for template, title, evidence in _ways(conflict, array, given, wanted):
            for fix in (
                *_once(scene, template, title, evidence),
                *at_source(scene, "input", template, title, evidence),
                *scene.wrap("input", template, title, evidence=evidence),
            ):
                yield replace(fix, edits=(*imports, *fix.edits))
        left, right = conflict.left, conflict.right
        if len(given) == len(wanted) and left is not None and right is not None:
            yield from scene.resize(right, left.size)
            yield from scene.resize(left, right.size)


def _once(scene: Scene, template: str, title: str, evidence: float) -> Iterable[Fix]:
    """Yield the fix that gives a fed name its value anew, where it is read more than once."""
    found = rebound(scene.site, template) if scene.site is not None else None
    if found is not None and found[1] > 1:
        yield Fix(title, (found[0],), evidence + 0.05)


def _ways(conflict: Conflict, array: str, given: Shape, wanted: Shape) -> Iterable[tuple[str, str, float]]:
    """Yield expressions that bring a value into its placeholder's shape, what they do, and how likely they are."""
    if len(given) == len(wanted) - 1:
        for axis in range(len(wanted)):
            if (*given[:axis], 1, *given[axis:]) == wanted:
                is_batch = axis == 0 and isinstance(wanted[0], AnySize)
                title = "make a batch of one" if is_batch else f"add axis {axis}"
                yield f"{array}.expand_dims({{}}, {axis})", title, 1.0 if is_batch else 0.8
        classes = wanted[-1]
        if given == wanted[:-1] and not isinstance(classes, AnySize) and classes > 1:
            is_whole = conflict.call.operands["input"].dtype.startswith(("int", "uint"))
            text = f"{array}.eye({classes})[{{}}]" if is_whole else f"{array}.eye({classes})[{{}}.astype(int)]"
            yield text, "turn class numbers into one-hot rows", 0.8
    if len(given) == len(wanted) + 1:
        for axis in (axis for axis, size in enumerate(given) if size == 1):
            if (*given[:axis], *given[axis + 1 :]) == wanted:
                yield f"{array}.squeeze({{}}, {axis})", f"take axis {axis} away", 0.8
        if given[:-1] == wanted and given[-1] > 1:
            yield f"{array}.argmax({{}}, -1)", "turn one-hot rows into class numbers", 0.5
    sample = wanted[1:]
    if sample and given and not any(isinstance(size, AnySize) for size in sample):
        if prod(sample) in (prod(given[1:]), prod(given)):
            sizes = ", ".join(str(size) for size in sample)
            yield f"{array}.reshape({{}}, (-1, {sizes}))", "regroup the elements of a sample", 0.3


def _joined(fix: Fix, others: Sequence[Fix]) -> Fix | None:
    """Return a fix together with that of another value: one of the same kind where there is one, else the first."""
    other = next((each for each in others if each.title == fix.title), others[0] if others else None)
    if other is None:
        return None
    title = fix.title if other.title == fix.title else f"{fix.title}, and {other.title}"
    return replace(fix, title=title, edits=tuple(dict.fromkeys((*fix.edits, *other.edits))))
