from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import is_batch_named, label, method, number
from axiswise.rules.rule import Rule
from axiswise.source.provenance import named
from axiswise.source.scene import Scene

TAKES = {"last": "takes the last example of the batch", "first": "takes the first example of the batch"}
JOINS = "joins the batch with the features"


class ExampleAsStep(Rule):
    """An example of the batch is taken, or all of them pooled, where a step of the sequence was meant."""

    kinds = frozenset({"example-as-step"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        by, taken = conflict.facts.get("by"), conflict.facts.get("taken")
        if not isinstance(by, OpCall) or conflict.left is None or is_batch_named(named(scene.trace, by)):
            return None  # named so, the layer is what is wrong, and is told
        layer = scene.at(replace(conflict, call=by, left=None))
        pools = JOINS if taken == "joined" else f"pools the {conflict.left.size} examples of the batch"
        does = TAKES.get(str(taken), pools)
        order = "(batch, steps, width)" if by.params.get("batch_first") else "(steps, batch, width)"
        gives = "its states as (layers, batch, width)" if _is_state(conflict, by) else order
        meant = "a layer" if _is_state(conflict, by) else "a step" if taken in TAKES else "the steps"
        found = scene.diagnosis(
            f"{scene.callee()} {does}, not {meant}: {layer.callee()} gives {gives}",
            label(scene, conflict.left.operand),
        )
        told = Note(f"{layer.callee()} is called here", layer.span)
        return replace(found, severity="warning", silent=True, exception=None, notes=(*found.notes, told))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        by, use = conflict.facts.get("by"), conflict.left
        steps = number(conflict.facts.get("steps"))
        if not isinstance(by, OpCall) or use is None or steps is None:
            return
        if _is_state(conflict, by):
            yield from scene.call_as("{}[-1]", "take the state of the last layer", evidence=0.7)
            return
        if not by.params.get("batch_first"):
            layer = scene.at(replace(conflict, call=by, left=None))
            yield from layer.setting("batch_first", "True", "read the batch from axis 0", evidence=0.7)
        taken = conflict.facts.get("taken")
        other = steps if use.operand == "input" and use.axis != steps else use.axis
        if taken in TAKES:
            place = "-1" if taken == "last" else "0"
            before = ":, " * other
            yield from scene.call_as(f"{{}}[{before}{place}]", "take the step", evidence=0.6)
        elif other != use.axis and taken != "joined":
            at = 0 if method(conflict) else 1
            yield from scene.argument("dim", str(other), "pool the steps", position=at, evidence=0.6)


def _is_state(conflict: Conflict, by: OpCall) -> bool:
    """Return whether what is taken from is the states that a recurrent layer ends with."""
    ref = conflict.call.operands.get(conflict.left.operand) if conflict.left is not None else None
    return ref is not None and any(ref.id == output.id for output in by.outputs[1:])
