from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class PositionAxis(Rule):
    """Positions are added along the batch: each example gets one position, all its steps the same."""

    kinds = frozenset({"positions"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        by, use = conflict.facts.get("by"), conflict.left
        if not isinstance(by, OpCall) or use is None:
            return None
        layer = scene.at(replace(conflict, call=by, left=None))
        found = scene.diagnosis(
            f"{scene.callee()} adds a position for each of the {use.size} examples of the batch, "
            f"the same one to all steps of an example",
            label(scene),
        )
        told = Note(f"{layer.callee()} reads axis {conflict.facts['batch']} as the batch", layer.span)
        return replace(found, severity="warning", silent=True, exception=None, notes=(*found.notes, told))

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        use = conflict.left
        if use is None or use.operand not in conflict.call.operands:
            return
        other = next((role for role in conflict.call.operands if role != use.operand), None)
        given = scene.expression(other).strip("`") if other is not None else ""
        for maker in scene.producers(use.operand):
            if maker.call.op == "index" and given.isidentifier():
                yield from maker.call_as(
                    f"{{}}[: {given}.size(1)].transpose(0, 1)", "add them along the steps", evidence=0.7
                )
