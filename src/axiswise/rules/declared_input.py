from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import prod

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.origin import AnySize
from axiswise.rules.reading import axes, begun, everywhere, exchanged, label, made, shape, size
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

DECLARED = 0.6
"""What is declared follows the data more often than the data what is declared."""


class DeclaredInput(Rule):
    """A model is given data of another shape than its Input was declared with."""

    kinds = frozenset({"declared", "rank"})
    priority = 20

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        found = self._said(conflict, scene)
        data = _data(conflict, scene) if conflict.kind == "declared" and found is not None else None
        if found is None or data is None:
            return found
        known = {note.span for note in found.notes}
        origins = [note for note in (*made(*data), *begun(*data)) if note.span not in known]
        return replace(found, notes=(*found.notes, *origins))

    def _said(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        declared = _declaring(conflict, scene)
        if conflict.kind == "rank":
            # A layer that is given an axis too many, because the samples were counted in.
            if declared is None or not _is_whole_shape(declared) or conflict.left is None:
                return None
            text = _text(declared)
            return scene.diagnosis(
                f"{scene.callee()} is given {axes(conflict.left.size)}: `{text}` counts the samples in", label(scene)
            )
        left, right = conflict.left, conflict.right
        if left is None or right is None or size(left) is None or size(right) is None:
            return scene.diagnosis(f"`{scene.layer()}` was declared for data of another shape", label(scene))
        data, model, shown = scene.expression(left.operand), scene.layer(), label(scene, left.operand)
        other = exchanged(conflict)
        if other is not None:
            return scene.diagnosis(
                f"`{model}` is given {data} and {scene.expression(other)} in each other's place", shown
            )
        declaring = _declaring(conflict, scene)
        if declaring is not None and _is_whole_shape(declaring):
            return scene.diagnosis(
                f"`{_text(declaring)}` counts the samples in, and `{model}` takes one's shape", shown
            )
        if left.axis < 0 and min(left.size, right.size) > 0:
            declared = f"`{model}` was declared for samples of {axes(right.size - 1)}"
            return scene.diagnosis(f"{declared}, but those of {data} have {left.size - 1}", shown)
        return scene.diagnosis(
            f"`{model}` was declared for {right.size} along {scene.axis(left)}, but {data} has {left.size}", shown
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        declared = _declaring(conflict, scene)
        yield from _of_one_sample(declared)
        left = conflict.left
        if conflict.kind == "rank" or left is None:
            return
        other = exchanged(conflict)
        if other is not None:
            ours, theirs = scene.expression(left.operand), scene.expression(other)
            yield from scene.swap(left.operand, other, f"exchange {ours} and {theirs}", evidence=1.0)
        given, wanted = shape(conflict, left.operand), declared_shape(conflict)
        if given is not None and wanted is not None and len(given) != len(wanted) + 1:
            for template, title in _ways(given[1:], wanted):
                yield from everywhere(scene, left.operand, template, title, 1.3)
                yield from scene.wrap(left.operand, template, title, evidence=1.2)
        if left.axis >= 0:
            for fix in scene.resize(conflict.right, left.size):
                yield replace(fix, evidence=fix.evidence + DECLARED)
            yield from scene.agree()
            return
        if declared is not None and given is not None and _name(declared) in ("shape", "input_shape"):
            sizes = ", ".join(str(size) for size in given[1:]) + ("," if len(given) == 2 else "")
            yield from declared.setting(
                _name(declared), f"({sizes})", "declare the shape that a sample has", evidence=0.5
            )


def declared_shape(conflict: Conflict) -> Shape | None:
    """Return the shape of a sample that a conflict's data should have; None where an axis of it is open."""
    ref = conflict.call.operands.get(conflict.right.operand) if conflict.right is not None else None
    sample = ref.shape[1:] if ref is not None else ()
    return sample if sample and not any(isinstance(size, AnySize) for size in sample) else None


def _ways(sample: Shape, wanted: Shape) -> Iterator[tuple[str, str]]:
    """Yield what gives samples the axes that are declared, without another number of values."""
    for axis in range(len(wanted)):
        if wanted[axis] == 1 and (*wanted[:axis], *wanted[axis + 1 :]) == sample:
            yield f"{{}}.unsqueeze({axis + 1})", f"give the data axis {axis + 1}"
            return
    if prod(sample) == prod(wanted):
        yield f"{{}}.view(-1, {', '.join(str(size) for size in wanted)})", "regroup the values of a sample"


def _data(conflict: Conflict, scene: Scene) -> tuple[Scene, str] | None:
    """Return the data's scene and role: those that a loop was given, where a batch of them is looked at."""
    role = conflict.left.operand if conflict.left is not None else ""
    return (scene.loaded(role) or (scene, role)) if role else None


def whole_shape(scene: Scene, role: str) -> Iterable[Fix]:
    """Declare the shape of one sample, where that of a whole array was declared for an operand."""
    yield from _of_one_sample(next((each for each in scene.producers(role) if each.call.op == "declare"), None))


def declares_whole(conflict: Conflict, scene: Scene) -> bool:
    """Return whether a whole array's shape was declared for what a conflict is about."""
    declared = _declaring(conflict, scene)
    return declared is not None and _is_whole_shape(declared)


def _of_one_sample(declared: Scene | None) -> Iterable[Fix]:
    if declared is not None and _is_whole_shape(declared):
        text = f"{_text(declared)}[1:]"
        yield from declared.setting(_name(declared), text, "declare the shape of one sample", evidence=1.0)


def _declaring(conflict: Conflict, scene: Scene) -> Scene | None:
    """Return the scene of the declaration that a conflict's side comes from, or None."""
    side = conflict.right if conflict.kind == "declared" else conflict.left
    role = side.operand if side is not None else ""
    return next((each for each in scene.producers(role) if each.call.op == "declare"), None) if role else None


def _name(declared: Scene) -> str:
    """Return the argument that declares: `shape`, `input_shape`, ..."""
    return next(iter(declared.call.params), "shape")


def _text(declared: Scene) -> str:
    """Return what is declared as it is written."""
    name = _name(declared)
    return declared.written(name, 0 if name == "shape" else -1)


def _is_whole_shape(declared: Scene) -> bool:
    return _text(declared).endswith(".shape")
