from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from axiswise.diagnosis import Diagnosis, Fix
from axiswise.facts import Conflict
from axiswise.rules.reading import label
from axiswise.rules.rule import Rule
from axiswise.source.scene import Scene

BATCH = frozenset({"b", "n", "bs", "bsz", "batch", "batch_size", "batchsize", "num_samples", "samples"})
STEPS = frozenset(
    {
        "t",
        "l",
        "s",
        "time",
        "seq",
        "seq_len",
        "seqlen",
        "sequence_length",
        "seq_length",
        "length",
        "steps",
        "timesteps",
        "tokens",
    }
)
ROLES = ("query", "src", "tgt", "input")


class BatchReadAsSequence(Rule):
    """A layer without `batch_first` reads the batch as the sequence."""

    kinds = frozenset({"attention-layout"})

    def match(self, conflict: Conflict, scene: Scene) -> Diagnosis | None:
        role = next((role for role in ROLES if role in conflict.call.operands), "")
        operand = conflict.call.operands.get(role)
        if operand is None or operand.rank != 3:
            return None
        first, second = _axis_words(conflict, scene, role)
        if not first and not second and _looks_batched(conflict, scene, role):
            return self._hint(conflict, scene, role)
        if not (first & BATCH) or second & BATCH or first & STEPS:
            return None
        found = scene.diagnosis(
            f"{scene.callee()} reads axis 0 of {scene.expression(role)} as the sequence, "
            f"but it is the batch of {operand.shape[0]}",
            label(scene, role),
        )
        return replace(found, severity="warning", silent=True, exception=None)

    def _hint(self, conflict: Conflict, scene: Scene, role: str) -> Diagnosis:
        steps, batch = conflict.call.operands[role].shape[:2]
        found = scene.diagnosis(
            f"{scene.callee()} reads {scene.expression(role)} as {steps} steps of a batch of {batch}, "
            f"though {steps} looks like the batch",
            label(scene, role),
        )
        return replace(found, severity="note", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        yield from scene.setting("batch_first", "True", "read the batch from axis 0")


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


def _axis_words(conflict: Conflict, scene: Scene, role: str) -> tuple[set[str], set[str]]:
    """Return the names that the program gives to the first two axes of an operand, in lower case."""
    axes = conflict.call.operands[role].axes
    first, second = ({axes[axis].lower()} if axis in axes else set[str]() for axis in (0, 1))
    return first, second
