from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.loss_target_shape import equalled, exchanged
from axiswise.rules.reading import label, shape
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

BROADCASTING = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "poisson_nll_loss", "gaussian_nll_loss")


class LossBroadcast(Rule):
    """A loss broadcasts predictions of one column against targets without it."""

    kinds = frozenset({"target", "broadcast"})
    priority = 20

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        if conflict.call.op not in BROADCASTING or ours is None or theirs is None or scene.raised is not None:
            return None
        grown = _broadcast(ours, theirs)
        if grown is None:
            return None
        found = scene.diagnosis(
            f"{scene.callee()} broadcasts {scene.expression('input')} of shape {ours} and {scene.expression('target')} "
            f"of shape {theirs} to {grown}",
            label(scene, "input", "target"),
        )
        return replace(found, severity="warning", silent=True)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        ours, theirs = shape(conflict, "input"), shape(conflict, "target")
        if ours is not None and theirs is not None:
            yield from exchanged(scene, ours)
            yield from equalled(scene, ours, theirs)


def _broadcast(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the shape that two shapes broadcast to, or None where they do not."""
    rank = max(len(left), len(right))
    pairs = zip((1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right, strict=True)
    sizes = [max(a, b) if a == b or 1 in (a, b) else -1 for a, b in pairs]
    return None if -1 in sizes else tuple(sizes)
