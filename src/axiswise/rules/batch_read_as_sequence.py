from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.facts import Conflict, OpCall
from axiswise.rules.reading import is_batch_named, label, number, sequence_role
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene


class BatchReadAsSequence(Rule):
    """A layer without `batch_first` reads the batch as the sequence."""

    kinds = frozenset({"attention-layout"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        role = sequence_role(conflict.call)
        operand = conflict.call.operands.get(role)
        if operand is None or operand.rank != 3:
            return None
        if "loss" in conflict.facts:
            return self._proved(conflict, scene, role)
        by = conflict.facts.get("by")
        if isinstance(by, OpCall):
            return self._contradicted(conflict, scene, role, by)
        if not {0, 1} & operand.axes.keys() and _looks_batched(conflict, scene, role):
            return self._hint(conflict, scene, role)
        if not is_batch_named(conflict.call):
            return None
        return replace(_said(conflict, scene, role), severity="warning", silent=True, exception=None)

    def _contradicted(self, conflict: Conflict, scene: Scene, role: str, by: OpCall) -> Diagnosis:
        """Say that a layer before has the axis for its batch."""
        found, other = _said(conflict, scene, role), scene.at(replace(conflict, call=by))
        told = Note(f"{other.callee()} has the batch in axis {conflict.facts.get('steps', 0)}", other.span)
        return replace(found, severity="warning", silent=True, exception=None, notes=(*found.notes, told))

    def _proved(self, conflict: Conflict, scene: Scene, role: str) -> Diagnosis:
        steps, loss = int(conflict.facts["steps"]), scene.at(replace(conflict, call=conflict.facts["loss"]))
        size = conflict.call.operands[role].shape[steps]
        is_moved = bool(conflict.facts.get("moved"))
        asks = f"asks for the next step along axis {1 - steps}" if is_moved else f"takes it for the {size} examples"
        found = scene.diagnosis(
            f"{scene.callee()} reads axis {steps} of {scene.expression(role)} as the sequence, "
            f"but {loss.callee()} {asks}",
            label(scene, role),
        )
        notes = (Note("the loss", loss.span), *found.notes)
        return replace(found, severity="warning", silent=True, exception=None, notes=notes)

    def _hint(self, conflict: Conflict, scene: Scene, role: str) -> Diagnosis:
        steps, batch = conflict.call.operands[role].shape[:2]
        found = scene.diagnosis(
            f"{scene.callee()} reads {scene.expression(role)} as {steps} steps of a batch of {batch}, "
            f"though {steps} looks like the batch",
            label(scene, role),
        )
        return replace(found, severity="note", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        if conflict.facts.get("steps"):
            yield from scene.setting("batch_first", "False", "read the batch from axis 1")
        else:
            yield from scene.setting("batch_first", "True", "read the batch from axis 0")


def _said(conflict: Conflict, scene: Scene, role: str) -> Diagnosis:
    steps = number(conflict.facts.get("steps")) or 0
    return scene.diagnosis(
        f"{scene.callee()} reads axis {steps} of {scene.expression(role)} as the sequence, "
        f"but it is the batch of {conflict.call.operands[role].shape[steps]}",
        label(scene, role),
    )


MADE = frozenset({"rand", "randn", "zeros", "ones"})


def _looks_batched(conflict: Conflict, scene: Scene, role: str) -> bool:
    """Return whether an attention's made-up input has a batch's number in axis 0 and no batch's number in axis 1.

    People write batches as powers of two, and lengths of examples small and round in tens. Only sizes written for the
    occasion are judged by that: data has reasons of its own.
    """
    steps, batch = conflict.call.operands[role].shape[:2]
    maker = next(iter(scene.producers(role)), None)
    made = maker is not None and maker.call.op in MADE and not maker.call.operands
    usual = steps >= 16 and steps & (steps - 1) == 0 and batch % 4 != 0 and 1 < batch < steps
    return conflict.call.op == "multihead_attention" and made and usual
