from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict
from axiswise.rules.reading import at_source, begun, everywhere, label, shape
from axiswise.rules.rule import Rule
from axiswise.source.imports import importing, reached
from axiswise.source.judged import renamed
from axiswise.source.scene import Scene

SPARSE = {
    "categorical_crossentropy": "sparse_categorical_crossentropy",
    "CategoricalCrossentropy": "SparseCategoricalCrossentropy",
    "categorical_accuracy": "sparse_categorical_accuracy",
    "CategoricalAccuracy": "SparseCategoricalAccuracy",
    "softmax_cross_entropy_with_logits_v2": "sparse_softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits": "sparse_softmax_cross_entropy_with_logits",
    "softmax_cross_entropy": "sparse_softmax_cross_entropy",
}
"""Losses and metrics that take one-hot targets, and those that take class numbers."""


class LabelEncoding(Rule):
    """A loss takes one-hot targets and is given class numbers, or the other way round."""

    kinds = frozenset({"target", "target-rank"})
    priority = 15

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        given = _given(conflict)
        if given is None:
            return None
        targets = scene.expression("target")
        holds = "holds" if targets.startswith("`") else "hold"
        wanted, held = ("one-hot targets", "class numbers") if given == "numbers" else ("class numbers", "one-hot rows")
        found = scene.diagnosis(
            f"{scene.callee()} takes {wanted}, but {targets} {holds} {held}", label(scene, "input", "target")
        )
        return replace(found, notes=(*found.notes, *_made(scene)))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        given, ours = _given(conflict), shape(conflict, "input")
        if given is None or ours is None:
            return
        names = SPARSE if given == "numbers" else {new: old for old, new in SPARSE.items()}
        site = scene.built if conflict.call.layer is not None else scene.site
        if site is not None:
            what = "class numbers" if given == "numbers" else "one-hot targets"
            for edits in renamed(site, names):
                yield Fix(f"use the loss that takes {what}", edits, 0.5)
        yield from _encoded(scene, given, ours[-1])


def _given(conflict: Conflict) -> str | None:
    """Return what the targets are and should not be: `numbers` or `one-hot`."""
    ours, theirs = shape(conflict, "input"), shape(conflict, "target")
    if ours is None or theirs is None or len(ours) < 2 or ours[-1] < 2:
        return None
    are_numbers = conflict.call.params.get("whole", True)
    if conflict.call.op == "one_hot_cross_entropy" and are_numbers and theirs in (ours[:-1], (*ours[:-1], 1)):
        return "numbers"
    if conflict.call.op == "nll_loss" and _class_axis(conflict.call.params) == len(ours) - 1:
        if len(theirs) == len(ours) and theirs[:-1] == ours[:-1] and theirs[-1] > 1:
            return "one-hot"
    return None


def _made(scene: Scene) -> Iterator[Note]:
    """Say where the labels that a loop was given come from."""
    found = scene.loaded("target")
    if found is not None:
        loop, role = found
        maker = next(iter(loop.producers(role)), None)
        if maker is not None and maker.span is not None:
            yield Note(f"{loop.expression(role)}, of shape {loop.shape(role)}, is made here", maker.span)
        yield from begun(loop, role)


def _class_axis(params: Mapping[str, object]) -> object:
    return params.get("class_axis", 1)


def _encoded(scene: Scene, given: str, classes: int) -> Iterator[Fix]:
    """Turn the targets into what is taken, where the program has them."""
    for at, role in _targets(scene):
        source = at.site.source if at.site is not None else None
        if source is None:
            continue
        template, title, imports = "{}.argmax(-1)", "turn one-hot targets into class numbers", ()
        if given == "numbers":
            name, title = reached(source, "keras.utils.to_categorical"), "make the targets one-hot"
            array, imports = importing(source, "numpy", "np") if name is None else ("", ())
            template = f"{name}({{}}, {classes})" if name is not None else f"{array}.eye({classes})[{{}}]"
        for way in (everywhere, at_source, _where_named):
            for fix in way(at, role, template, title, 0.2):
                yield replace(fix, edits=(*imports, *fix.edits))


def _where_named(scene: Scene, role: str, template: str, title: str, evidence: float) -> Iterable[Fix]:
    return scene.wrap(role, template, title, evidence=evidence)


def _targets(scene: Scene) -> Iterator[tuple[Scene, str]]:
    """Yield where the targets are named: at the loss itself, and where the loop was given them."""
    yield scene, "target"
    found = scene.loaded("target")
    if found is not None and found[0].span != scene.span:
        yield found
