from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.reading import axes, label, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class LossTargetRank(Rule):
    """The targets of a loss have an axis too many or too few."""

    kinds = frozenset({"target-rank"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        targets = scene.expression("target")
        has = "has" if targets.startswith("`") else "have"
        allowed = conflict.facts.get("allowed")
        if ours is None and theirs is not None and isinstance(allowed, tuple):
            said = " or ".join(str(each) for each in cast("tuple[object, ...]", allowed))
            wants = f"{said} {'axis' if said == '1' else 'axes'}"
            return scene.diagnosis(
                f"{scene.callee()} takes targets with {wants}, but {targets} {has} {axes(len(theirs))}", label(scene)
            )
        given, found = (conflict.call.operands.get(role) for role in ("input", "target"))
        if given is not None and found is not None and (ours is None or theirs is None):  # with an axis left open
            wanted = axes(max(given.rank - 1, 0))
            said = f"{scene.callee()} takes class numbers with {wanted}, but {targets} {has} {axes(found.rank)}"
            return scene.diagnosis(said, label(scene, "input", "target"))
        if ours is None or theirs is None:
            return scene.diagnosis(
                f"{scene.callee()} takes targets with another number of axes than {targets}", label(scene)
            )
        wanted = axes(max(len(ours) - 1, 0))
        return scene.diagnosis(
            f"{scene.callee()} takes class numbers with {wanted}, but {targets} {has} {axes(len(theirs))}",
            label(scene, "input", "target"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        if theirs and ours is None:
            yield from _of_pairs(conflict, scene, theirs)
        if not ours or not theirs:
            return
        wanted = (ours[0], *ours[2:]) if len(ours) > 1 else ()
        for axis in range(len(theirs)):
            rest = (*theirs[:axis], *theirs[axis + 1 :])
            if theirs[axis] == 1 and rest == wanted:
                yield from scene.wrap("target", f"{{}}.squeeze({axis})", f"take axis {axis} of the targets away")
            elif len(ours) > 1 and theirs[axis] == ours[1] and rest == wanted:
                yield from scene.wrap("target", f"{{}}.argmax({axis})", "turn one-hot targets into class numbers")
        if len(wanted) == len(theirs) + 1:
            for axis in range(len(wanted)):
                if wanted[axis] == 1 and (*wanted[:axis], *wanted[axis + 1 :]) == theirs:
                    yield from scene.wrap("target", f"{{}}.unsqueeze({axis})", f"give the targets axis {axis}")


def _of_pairs(conflict: Conflict, scene: Scene, theirs: Shape) -> Iterable[Fix]:
    """Fixes for losses of pairs: one target for each pair."""
    ours = shape(conflict, "left")
    if ours is None:
        return
    wanted = ours[:-1] if conflict.call.op == "cosine_embedding_loss" else ours
    for axis in range(len(theirs)):
        if theirs[axis] == 1 and (*theirs[:axis], *theirs[axis + 1 :]) == wanted:
            yield from scene.wrap("target", f"{{}}.squeeze({axis})", f"take axis {axis} of the targets away")
    for axis in range(len(wanted)):
        if wanted[axis] == 1 and (*wanted[:axis], *wanted[axis + 1 :]) == theirs:
            yield from scene.wrap("target", f"{{}}.unsqueeze({axis})", f"give the targets axis {axis}")
