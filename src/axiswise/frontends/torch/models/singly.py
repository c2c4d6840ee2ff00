"""A module that runs on a single example only: it takes several together, or holds the batch against another axis."""

from __future__ import annotations

from collections.abc import Callable

from axiswise.facts import AxisUse, Conflict
from axiswise.frontends.torch.models.changing import spec_of
from axiswise.frontends.torch.models.doubts import is_batch_alone
from axiswise.frontends.torch.models.trials import Trial, input_axes
from axiswise.ops.axes import numbers
from axiswise.source.provenance import trail


def takes_the_batch(trial: Trial, held: Callable[[str, int], bool]) -> bool:
    """Return whether a size that failed holds the batch, by a reshape that writes no single example down.

    Args:
        trial: A run on several examples that failed.
        held: Tells for -1 whether no other number of axes of an input gets as far.
    """
    for conflict in (each for failure in trial.failures[:1] for each in failure.conflicts[:1]):
        for side in (side for side in (conflict.left, conflict.right) if side is not None):
            steps = list(trail(trial.trace, conflict.call, side))
            regrouped = [each.call for each in steps if each.call.op == "reshape" and len(each.factors) > 1]
            several = [
                len(asked) > 1 and 1 not in asked for asked in (numbers(each.params.get("shape")) for each in regrouped)
            ]
            ends = input_axes(steps)
            specs = [(spec_of(trial.call, path), axis) for path, axis in ends]
            has_batch = any(spec is not None and axis == 0 and spec.axes[0].is_batch for spec, axis in specs)
            if several and all(several) and has_batch:
                return all(held(path, -1) for path in {path for path, _ in ends})
    return False


def meets_the_batch(trial: Trial) -> bool:
    """Return whether the batch failed to meet an axis that is none: one example alone is repeated along any.

    The axis is of other inputs, or of the model's own; then what it belongs to has the batch as well, elsewhere.
    """
    conflict = trial.conflict
    return conflict is not None and (is_batch_alone(trial, conflict) or _meets_its_own(trial, conflict))


def _meets_its_own(trial: Trial, conflict: Conflict) -> bool:
    """Return whether a batch is held against another axis of a tensor that has it too."""
    for side, other in ((conflict.left, conflict.right), (conflict.right, conflict.left)):
        ref = conflict.call.operands.get(other.operand) if other is not None else None
        if conflict.kind != "broadcast" or ref is None or side is None or other is None:
            continue
        if ends := _batches(trial, conflict, side):
            uses = (AxisUse(other.operand, axis, size) for axis, size in enumerate(ref.shape) if axis != other.axis)
            if not _batches(trial, conflict, other) and any(ends & _batches(trial, conflict, each) for each in uses):
                return True
    return False


def _batches(trial: Trial, conflict: Conflict, side: AxisUse) -> set[tuple[str, int]]:
    """Return the batches of inputs that an axis is one of, as path and axis."""
    steps = list(trail(trial.trace, conflict.call, side))
    if any(step.relation != "same" for step in steps[:-1]):
        return set()
    specs = {end: spec_of(trial.call, end[0]) for end in input_axes(steps)}
    return {end for end, spec in specs.items() if spec is not None and spec.axes[end[1]].is_batch}
