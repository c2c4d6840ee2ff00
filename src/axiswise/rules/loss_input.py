from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.rule import Rule
from axiswise.source.layering import without_layer
from axiswise.source.scene import Scene

TAKES = {
    "cross_entropy": "logits, and applies softmax itself",
    "binary_cross_entropy_with_logits": "logits, and applies the sigmoid itself",
    "nll_loss": "log-probabilities",
    "kl_div": "log-probabilities",
    "binary_cross_entropy": "probabilities",
}
GIVEN = {
    "softmax": "probabilities",
    "gumbel_softmax": "probabilities",
    "sigmoid": "probabilities",
    "linear": "logits",
    "conv1d": "logits",
    "conv2d": "logits",
    "tanh": "numbers from -1 to 1",
}


class LossInput(Rule):
    """A loss is given probabilities where it takes logits, or either where it takes log-probabilities."""

    kinds = frozenset({"loss-input"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        made: OpCall | None = conflict.facts.get("made")
        logits = conflict.facts.get("logits")
        if made is None or (logits is None and conflict.call.op not in TAKES):
            return None
        maker = scene.at(replace(conflict, call=made, left=None))
        takes = TAKES[conflict.call.op] if logits is None else "logits" if logits else "probabilities"
        gives = GIVEN[made.op] if not logits else "probabilities"
        given = scene.expression("input")
        holds = "holds" if given.startswith("`") else "hold"  # `x` holds, the predictions hold
        found = scene.diagnosis(f"{scene.callee()} takes {takes}, but {given} {holds} {gives}")
        told = Note(f"{maker.callee()} gives {gives}", maker.span)
        return replace(found, severity="warning", silent=True, exception=None, notes=(told,))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        made: OpCall | None = conflict.facts.get("made")
        if made is None:
            return
        maker = scene.at(replace(conflict, call=made, left=None))
        if "logits" in conflict.facts:
            yield from _activated(conflict, maker)
        elif conflict.call.op in ("nll_loss", "kl_div"):
            if made.op == "softmax":
                yield from maker.callee_to("log_softmax", "make log-probabilities of it", evidence=0.8)
            elif made.op == "linear":
                yield from scene.wrap(
                    "input", "{}.log_softmax(1)", "make log-probabilities of the logits", evidence=0.5
                )
        elif conflict.call.op == "binary_cross_entropy":
            if made.op == "tanh":
                yield from maker.callee_to("sigmoid", "make probabilities of it", evidence=0.6)
            else:
                yield from scene.wrap("input", "{}.sigmoid()", "make probabilities of the logits", evidence=0.6)
        else:
            title = f"take the {made.op} out"
            yield from maker.without_call(title, evidence=0.8)
            edit = without_layer(maker.built)
            if edit is not None:
                yield Fix(title, (edit,), 0.8)


def _activated(conflict: Conflict, maker: Scene) -> Iterable[Fix]:
    """Give the last layer the activation that a loss of Keras goes with, or none."""
    if conflict.facts["logits"]:
        return maker.setting("activation", "None", "leave the activation out", evidence=0.8)
    name = '"sigmoid"' if conflict.call.op.startswith("binary") else '"softmax"'
    return maker.setting("activation", name, f"give it the activation {name}", evidence=0.8)
