from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.reading import axes, label, shape
from axiswise.rules.rule import Rule
from axiswise.source.callsite import CallSite
from axiswise.source.layering import layer_before
from axiswise.source.scene import Scene

LOSSES = ("one_hot_cross_entropy", "nll_loss", "binary_cross_entropy", "mse_loss", "l1_loss", "huber_loss")
RECURRENT = ("rnn", "lstm", "gru")
BETWEEN = ("linear", "dropout", "scale_axes")
"""Operations that leave the places of a map or a sequence apart, as a linear layer does."""


class UnflattenedHead(Rule):
    """A model gives a prediction for each place of a map or a sequence, and there is one target for each sample."""

    kinds = frozenset({"target", "target-rank"})
    priority = 12

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        ours, theirs = _predicted(conflict, scene), shape(conflict, "target")
        head = _head(scene)
        if conflict.call.op not in LOSSES or ours is None or theirs is None or head is None:
            return None
        if len(theirs) >= len(ours) or not (len(theirs) < 2 or theirs[1:] in ((1,), ours[-1:])):
            return None
        given = shape(head.conflict, "input") or ours
        return scene.diagnosis(
            f"`{head.layer()}` predicts at each of {' x '.join(map(str, given[1:-1]))} places, "
            f"where {scene.callee()} has targets with {axes(len(theirs))}",
            label(scene, "input", "target"),
        )

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        head = _head(scene)
        if head is None:
            return
        places = len(shape(head.conflict, "input") or ()) - 2
        for earlier in head.producers("input"):
            if earlier.call.op in RECURRENT:
                yield from earlier.setting("return_sequences", "False", "keep the last step only", evidence=0.6)
                break
        first = _first(head)
        if first is not head and (flat := layer_before(first.built, _called(first), "Flatten")) is not None:
            yield Fix(f"flatten what {first.layer()} is given", (flat,), 0.75)
        flat = layer_before(head.built, _called(head), "Flatten")
        if flat is not None:
            yield Fix("flatten what the head is given", (flat,), 0.4)
        kind = f"GlobalAveragePooling{places}D"
        pooled = layer_before(head.built, _called(head), kind) if places in (1, 2, 3) else None
        if pooled is not None:
            yield Fix("take the mean over the places", (pooled,), 0.2, choice=True)


def _predicted(conflict: Conflict, scene: Scene) -> Shape | None:
    """Return the shape of the predictions, with the axis of 1 that a loss takes away by itself."""
    made = next(iter(scene.producers("input")), None)
    if made is not None and made.call.op == "squeeze" and made.span is None:
        return shape(made.conflict, "input")
    return shape(conflict, "input")


def _head(scene: Scene) -> Scene | None:
    """Return the last linear layer before the loss, where it works on every place apart."""
    for earlier in scene.producers("input"):
        if earlier.call.op == "linear":
            given = shape(earlier.conflict, "input")
            return earlier if given is not None and len(given) > 2 and earlier.built is not None else None
    return None


def _first(head: Scene) -> Scene:
    """Return the first of the linear layers before a head that work on the same places, one after the other."""
    first, given = head, shape(head.conflict, "input") or ()
    for earlier in head.producers("input"):
        ours = shape(earlier.conflict, "input") or ()
        if ours[1:-1] != given[1:-1] or earlier.call.op not in BETWEEN:
            break
        if earlier.call.op == "linear" and earlier.built is not None:
            first = earlier
    return first


def _called(scene: Scene) -> CallSite | None:
    """Return the user's own call of a layer, where there is one apart from its constructor."""
    return scene.site if scene.call.layer is not None and scene.call.layer.direct else None
