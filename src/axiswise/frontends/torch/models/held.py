"""Whether a failure is none of a size, or of the number of axes, of an input: no other one leads any further."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from axiswise.frontends.torch.models.changing import replaced, spec_of, with_axis
from axiswise.frontends.torch.models.entangled import is_alike
from axiswise.frontends.torch.models.frozen import of_one
from axiswise.frontends.torch.models.reranking import of_rank
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.trials import Trial

MOST_AXES = 5
"""Axes of what modules take: a film, or a volume with channels."""


def is_held(trial: Trial, path: str, axis: int, run: Callable[[CallSpec], Trial]) -> bool:
    """Return whether no other size of an input's axis gets as far and changes what fails; for -1, no other rank.

    Args:
        trial: A run with failures.
        path: The input.
        axis: Its axis, or -1 for the number of its axes.
        run: Runs the module on a call.
    """
    spec = spec_of(trial.call, path)
    if spec is None or axis >= len(spec.axes):
        return False
    if axis < 0:
        rank = len(spec.axes)
        others = sorted(set(range(1, MOST_AXES + 1)) - {rank}, key=lambda other: abs(other - rank))
        calls = [call for other in others for call in of_rank(trial.call, path, other)]
        return bool(calls) and all(
            _falls_behind(trial, other) or _is_of_rank(trial, other) for other in map(run, calls)
        )
    was = spec.axes[axis]
    near, double = (
        run(replaced(trial.call, path, with_axis(spec, axis, replace(was, size=size))))
        for size in (was.size + 1, 2 * was.size)
    )
    if all(_falls_behind(trial, other) or is_alike(trial, other) for other in (near, double)):
        shared = was.name and sum(each.name == was.name for _, one in trial.call.tensors() for each in one.axes) > 1
        other = run(trial.call.resized({was.name: was.size + 1})) if shared and not was.is_batch else None
        return other is None or _falls_behind(trial, other) or is_alike(trial, other)
    if _kinds(trial) != {"numel"} or not (_fails_there(trial, near) and _fails_there(trial, double)):
        return False
    if was.is_batch:  # any should do, and not one alone that happens to come out even
        return _fails_there(trial, run(of_one(trial.call)))
    return is_alike(trial, double)  # half a side is rounded (`width // 2`)


def _falls_behind(trial: Trial, other: Trial) -> bool:
    """Return whether another run comes less far; what lies apart in memory does so with any number of axes."""
    kinds = _kinds(trial) | _kinds(other)
    return other.reach < trial.reach or (kinds == {"stride"} and other.reach == trial.reach)


def _is_of_rank(trial: Trial, other: Trial) -> bool:
    """Return whether two runs both fail by a number of axes, at the same operation."""
    return _kinds(trial) == {"rank"} and _fails_there(trial, other)


def _fails_there(trial: Trial, other: Trial) -> bool:
    return other.reach == trial.reach and _kinds(other) == _kinds(trial)


def _kinds(trial: Trial) -> set[str]:
    return {each.kind for failure in trial.failures[:1] for each in failure.conflicts[:1]}
