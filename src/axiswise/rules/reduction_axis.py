from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import AxisUse, Conflict, OpCall
from axiswise.rules.reading import choices, label, sizes
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

PLACES = {
    **dict.fromkeys(("std", "var", "mean", "sum", "argmax", "argmin", "amax", "amin"), 1),
    **dict.fromkeys(("cumsum", "cumprod", "logcumsumexp"), 1),
    "norm": 2,
}
"""Where the axis stands when it is given by its place."""


class ReductionAxis(Rule):
    """A mean, a sum or a pick is over another axis than what it goes with."""

    kinds = frozenset({"reduction-axis"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        use, by, fault = conflict.left, conflict.facts.get("by"), conflict.facts.get("fault")
        meant = sizes(conflict.facts.get("axes")) or ()
        if use is None or not isinstance(by, OpCall):
            return None
        other = scene.at(replace(conflict, call=by, left=None))
        here, given, axis = scene.callee(), scene.expression("input"), scene.axis(use)
        theirs = " and ".join(scene.axis(AxisUse("input", each, 0)) for each in meant)
        if fault == "deviation":
            message = (
                f"{here} is over {axis} of {given}, but the mean that it goes with, {other.callee()}, is over {theirs}"
            )
        elif fault == "constant":
            message = (
                f"{here} is over {axis}, along which weights of {other.callee()} add up to 1: each is 1/{use.size}"
            )
        elif fault == "unity":
            message = (
                f"{here} is over {axis}, along which {other.callee()} makes weights add up to 1: it changes nothing"
            )
        elif fault == "weights":
            message = (
                f"{here} is over {axis} of {given}, but the weights that its result is scaled by, at {other.callee()}, "
                f"are along {theirs}"
            )
        elif fault == "delayed":
            message = f"{here} runs along {axis}, but {other.callee()} puts it a step later along {theirs}"
        elif fault == "again":
            message = f"{here} is over {axis}, of which {other.callee()} left one element: it does nothing"
        elif fault == "entropy":
            message = (
                f"{here} adds up {axis} and leaves {theirs} to a mean, but it is along {theirs} that {other.callee()} "
                f"makes probabilities add up to 1"
            )
        elif fault == "gradient":
            message = f"{here} takes the length of gradients over {axis} alone: that of an example is over {theirs}"
        elif fault == "whole":
            message = f"{here} is over all of {given}: each example is centred by the others of its batch as well"
        elif fault == "features":
            message = (
                f"{here} is over the features of {given}, and {other.callee()} takes what is left for them: that there "
                f"are {use.size} of both is chance"
            )
        elif fault == "cosine":
            message = f"{here} is over {axis}, but the vectors that are multiplied have length 1 along {theirs}"
        else:
            does = f"picks from {theirs}" if by.op == "gather" else f"takes {theirs} for the classes"
            message = f"{here} picks along {axis} of {given}, but {other.callee()} {does}"
        found = scene.diagnosis(message, label(scene, "input"))
        beside = other.span is None or scene.span is None or other.span.line == scene.span.line
        notes = found.notes if beside else (Note("it goes with this", other.span), *found.notes)
        severity = "note" if fault == "unity" else "warning"  # it does no harm by itself
        return replace(found, severity=severity, silent=True, exception=None, notes=notes)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        by, meant = conflict.facts.get("by"), sizes(conflict.facts.get("axes"))
        given = conflict.call.operands.get("input")
        if not meant or given is None or not isinstance(by, OpCall):
            return
        if conflict.facts.get("fault") == "whole":
            yield from scene.call_as(
                f"{{}}.mean(dim={meant[0]}, keepdim=True)", "take that of each example", evidence=0.7
            )
            return
        yield from _along(scene, tuple(meant), given.rank, 0.7)
        if conflict.facts.get("fault") == "deviation" and conflict.left is not None:
            mean = scene.at(replace(conflict, call=by, left=None))
            yield from choices(_along(mean, (conflict.left.axis,), given.rank, 0.5))


def _along(scene: Scene, axes: tuple[int, ...], rank: int, evidence: float) -> Iterable[Fix]:
    """Yield the edit of the axes that a reduction is over: the last one counted from the end."""
    written = [str(axis - rank if axis == rank - 1 else axis) for axis in axes]
    text = written[0] if len(written) == 1 else f"({', '.join(written)})"
    place = PLACES.get(scene.call.op)
    position = place - scene.call.is_method if place is not None else None
    return scene.argument("dim", text, f"take it over axis {text}", position=position, evidence=evidence)
