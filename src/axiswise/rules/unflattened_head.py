from __future__ import annotations

from collections.abc import Iterable

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict, Shape
from axiswise.rules.reading import axes, label, shape
from axiswise.rules.rule import Rule
from axiswise.source.layering import layer_before
from axiswise.source.scene import Scene

LOSSES = ("one_hot_cross_entropy", "nll_loss", "binary_cross_entropy", "mse_loss", "l1_loss", "huber_loss")
RECURRENT = ("rnn", "lstm", "gru")


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
        called = head.site if head.call.layer is not None and head.call.layer.direct else None
        flat = layer_before(head.built, called, "Flatten")
        if flat is not None:
            yield Fix("flatten what the head is given", (flat,), 0.4)
        pooled = layer_before(head.built, called, f"GlobalAveragePooling{places}D") if places in (1, 2, 3) else None
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
