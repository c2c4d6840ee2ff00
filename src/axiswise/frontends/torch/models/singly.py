"""A module that runs on a single example only: it takes several together, or holds the batch against another axis."""

from __future__ import annotations

from collections.abc import Callable

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
    """Return whether the batch failed to meet an axis of inputs that is none: one alone is repeated along any."""
    conflicts = [each for failure in trial.failures[:1] for each in failure.conflicts[:1]]
    return any(is_batch_alone(trial, each) for each in conflicts)
