from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import AxisUse, Conflict, Shape
from axiswise.rules.reading import begun, label, made, shape
from axiswise.rules.rule import Rule
from axiswise.source.layering import layers_after
from axiswise.source.scene import Scene


class LossTargetShape(Rule):
    """Predictions and targets of a loss have different shapes."""

    kinds = frozenset({"target"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        predictions, targets = scene.expression("input"), scene.expression("target")
        known = {"input", "target"} <= conflict.call.operands.keys()
        if not known:
            return scene.diagnosis(
                f"{scene.callee()} compares predictions and targets of different shapes", label(scene)
            )
        if ours is None or theirs is None:
            return scene.diagnosis(
                f"{scene.callee()} compares {predictions} of shape {scene.shape('input')} "
                f"with {targets} of shape {scene.shape('target')}",
            )
        found = scene.diagnosis(
            f"{scene.callee()} compares {predictions} of shape {ours} with {targets} of shape {theirs}",
            label(scene, "input", "target"),
        )
        known = {note.span for note in found.notes}
        return replace(found, notes=(*found.notes, *(note for note in _made(scene) if note.span not in known)))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        if ours is not None and theirs is not None:
            yield from exchanged(scene, ours)
            yield from equalled(scene, ours, theirs)
            if ours[:-1] == theirs and ours[-1] != 1:
                last = len(ours) - 1
                for fix in scene.resize(AxisUse("input", last, ours[last]), 1):
                    yield replace(fix, evidence=max(fix.evidence, 0.4))
            yield from _picked(scene, ours, theirs)
            yield from _headed(conflict, scene, ours, theirs)
        if ours is None or theirs is None or len(ours) == len(theirs):
            yield from scene.agree()


def exchanged(scene: Scene, ours: Shape) -> Iterable[Fix]:
    """Exchange the targets with those of another output of the model, where these have the predictions' shape."""
    found = scene.loaded("target")
    if found is None:
        return
    loop, own = found
    for role, ref in loop.call.operands.items():
        if role != own and role.partition(".")[0] == own.partition(".")[0] and ref.shape[1:] == ours[1:]:
            yield from loop.swap(
                own, role, f"exchange {loop.expression(own)} and {loop.expression(role)}", evidence=0.9
            )


def _made(scene: Scene) -> Iterable[Note]:
    """Say which layer makes the predictions, and where the targets come from that a loop was given."""
    last = next(iter(scene.producers("input")), None)
    if last is not None and last.built is not None and last.built.call is not None and last.call.layer is not None:
        span = last.built.source.span(last.built.call)
        yield Note(f"the predictions are made by `{last.layer()}`", span)
    data = scene.loaded("target")
    if data is not None:
        yield from (*made(*data), *begun(*data))


def _picked(scene: Scene, ours: Shape, theirs: Shape) -> Iterable[Fix]:
    """Targets of every step, where there is one prediction for a sequence: those of the last step."""
    if len(theirs) == len(ours) + 1 and len(ours) > 1 and (theirs[0], *theirs[2:]) == ours and theirs[1] > 1:
        yield from scene.wrap("target", "{}[:, -1]", "keep the targets of the last step", choice=True)


def _headed(conflict: Conflict, scene: Scene, ours: Shape, theirs: Shape) -> Iterable[Fix]:
    """End a model of maps in a prediction for each class."""
    last = next(iter(scene.producers("input")), None)
    if conflict.call.op != "one_hot_cross_entropy" or last is None or len(ours) < 3 or len(theirs) != 2:
        return
    edits = layers_after(last.built, (("Flatten", ""), ("Dense", f'{theirs[1]}, activation="softmax"')))
    if edits is not None:
        yield Fix(f"end in a prediction for each of the {theirs[1]} classes", (edits,), 0.3)


def equalled(scene: Scene, ours: Shape, theirs: Shape) -> Iterable[Fix]:
    """Yield fixes that make predictions and targets of one shape: a missing axis of 1, or two that changed places."""
    for axis in range(len(ours)):
        if ours[axis] == 1 and (*ours[:axis], *ours[axis + 1 :]) == theirs:
            yield from scene.wrap("target", f"{{}}.unsqueeze({axis})", f"give the targets axis {axis}", evidence=0.1)
            yield from scene.wrap("input", f"{{}}.squeeze({axis})", f"take axis {axis} of the predictions away")
            return
    for axis in range(len(theirs)):
        if theirs[axis] == 1 and (*theirs[:axis], *theirs[axis + 1 :]) == ours:
            yield from scene.wrap(
                "target", f"{{}}.squeeze({axis})", f"take axis {axis} of the targets away", evidence=0.1
            )
            yield from scene.wrap("input", f"{{}}.unsqueeze({axis})", f"give the predictions axis {axis}")
            return
    if len(ours) == len(theirs) == 2 and ours == theirs[::-1]:
        yield from scene.wrap("target", "{}.T", "transpose the targets")
