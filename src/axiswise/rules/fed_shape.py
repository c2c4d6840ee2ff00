from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import prod

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, Shape
from axiswise.origin import AnySize
from axiswise.rules.reading import label, shape
from axiswise.rules.rule import Rule
from axiswise.source.importing import importing
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
        return replace(found, notes=tuple(dict.fromkeys((*found.notes, *made(scene, "input", "placeholder"), *others))))

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
        for fix in self._reshaped(conflict, scene, array, given, wanted):
            yield replace(fix, edits=(*imports, *fix.edits))
        left, right = conflict.left, conflict.right
        if len(given) == len(wanted) and left is not None and right is not None:
            yield from scene.resize(right, left.size)

    def _reshaped(self, conflict: Conflict, scene: Scene, array: str, given: Shape, wanted: Shape) -> Iterable[Fix]:
        if len(given) == len(wanted) - 1:
            yield from _grown(scene, array, given, wanted)
            classes = wanted[-1]
            if given == wanted[:-1] and not isinstance(classes, AnySize) and classes > 1:
                is_whole = conflict.call.operands["input"].dtype.startswith(("int", "uint"))
                text = f"{array}.eye({classes})[{{}}]" if is_whole else f"{array}.eye({classes})[{{}}.astype(int)]"
                yield from scene.wrap("input", text, "turn class numbers into one-hot rows", evidence=0.6)
        if len(given) == len(wanted) + 1:
            for axis in (axis for axis, size in enumerate(given) if size == 1):
                if (*given[:axis], *given[axis + 1 :]) == wanted:
                    text = f"{array}.squeeze({{}}, {axis})"
                    yield from scene.wrap("input", text, f"take axis {axis} away", evidence=0.7)
            if given[:-1] == wanted and given[-1] > 1:
                text = f"{array}.argmax({{}}, -1)"
                yield from scene.wrap("input", text, "turn one-hot rows into class numbers", evidence=0.5)
        yield from _regrouped(scene, array, given, wanted)


def _joined(fix: Fix, others: Sequence[Fix]) -> Fix | None:
    """Return a fix together with that of another value: one of the same kind where there is one, else the first."""
    other = next((each for each in others if each.title == fix.title), others[0] if others else None)
    if other is None:
        return None
    title = fix.title if other.title == fix.title else f"{fix.title}, and {other.title}"
    return replace(fix, title=title, edits=tuple(dict.fromkeys((*fix.edits, *other.edits))))


def made(scene: Scene, *roles: str) -> Iterable[Note]:
    """Yield where operands were made: what has too many or too few axes got them there."""
    for role in roles:
        maker = next(iter(scene.producers(role)), None)
        if maker is not None and maker.span is not None and maker.span != scene.span:
            name = scene.callee() if role == "placeholder" else scene.expression(role)
            yield Note(f"{name} is made here, with the shape {_outcome(maker)}", maker.span)


def _outcome(maker: Scene) -> str:
    outputs = maker.call.outputs
    return "(" + ", ".join(str(size) for size in outputs[0].shape) + ")" if outputs else "(?)"


def _grown(scene: Scene, array: str, given: Shape, wanted: Shape) -> Iterable[Fix]:
    """Yield fixes that give a value the axis it lacks: that of the batch first, where a single sample was fed."""
    for axis in range(len(wanted)):
        if (*given[:axis], 1, *given[axis:]) == wanted:
            is_batch = axis == 0 and isinstance(wanted[0], AnySize)
            title = "make a batch of one" if is_batch else f"add axis {axis}"
            text = f"{array}.expand_dims({{}}, {axis})"
            yield from scene.wrap("input", text, title, evidence=0.8 if is_batch else 0.7)


def _regrouped(scene: Scene, array: str, given: Shape, wanted: Shape) -> Iterable[Fix]:
    """Yield the reshape that keeps the batch, where a sample has as many elements as the placeholder asks for."""
    sample = wanted[1:]
    if not sample or not given or any(isinstance(size, AnySize) for size in sample) or prod(given) % prod(sample):
        return
    if prod(given[1:]) != prod(sample) and prod(given) != prod(sample):
        return
    sizes = ", ".join(str(size) for size in sample)
    title = "regroup the elements of a sample"
    yield from scene.wrap("input", f"{array}.reshape({{}}, (-1, {sizes}))", title, evidence=0.3)
