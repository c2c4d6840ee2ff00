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
        if not (first & BATCH) or second & BATCH or first & STEPS:
            return None
        found = scene.diagnosis(
            f"{scene.callee()} reads axis 0 of {scene.expression(role)} as the sequence, "
            f"but it is the batch of {operand.shape[0]}",
            label(scene, role),
        )
        return replace(found, severity="warning", silent=True, exception=None)

    def fixes(self, conflict: Conflict, scene: Scene) -> Iterable[Fix]:
        yield from scene.setting("batch_first", "True", "read the batch from axis 0")


def _axis_words(conflict: Conflict, scene: Scene, role: str) -> tuple[set[str], set[str]]:
    """Return the names that the program gives to the first two axes of an operand, in lower case."""
    axes = conflict.call.operands[role].axes
    first, second = ({axes[axis].lower()} if axis in axes else set[str]() for axis in (0, 1))
    return first, second
