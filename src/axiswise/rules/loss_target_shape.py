from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import AxisUse, Conflict, Shape
from axiswise.rules.reading import label, shape
from axiswise.rules.rule import Rule
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
        return scene.diagnosis(
            f"{scene.callee()} compares {predictions} of shape {ours} with {targets} of shape {theirs}",
            label(scene, "input", "target"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        if ours is not None and theirs is not None:
            yield from equalled(scene, ours, theirs)
            if ours[:-1] == theirs and ours[-1] != 1:
                last = len(ours) - 1
                for fix in scene.resize(AxisUse("input", last, ours[last]), 1):
                    yield replace(fix, evidence=max(fix.evidence, 0.4))
        if ours is None or theirs is None or len(ours) == len(theirs):
            yield from scene.agree()


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
