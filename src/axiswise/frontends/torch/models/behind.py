"""What fails behind the first failure of a model: its own fault, or that of inputs that nothing has corrected so far.

Inputs are corrected up to what fails first. What fails behind it, with a stand-in in its place, has met no such
search. So inputs are looked for once more with which that alone fails; where there are none, only what would fail with
any input is told, and a fix of the first failure is tried with other sizes, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from axiswise.facts import Failure
from axiswise.frontends.torch.models.doubts import in_doubt
from axiswise.frontends.torch.models.ideas import is_told
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec
from axiswise.frontends.torch.models.trials import Trial

DEEPEST = 2
"""Faults, each behind the one before, for which inputs are looked for anew."""

Run = Callable[[CallSpec], Trial]


def gone_on(trial: Trial, tried: Run, searched: Callable[[Run], Trial | None]) -> tuple[Trial, set[object]]:
    """Look for inputs with which a model goes on behind what fails for certain.

    Args:
        trial: A run whose first failure is certain.
        tried: Runs the model to its end, with stand-ins for what failed.
        searched: Looks for inputs by a way to run the model; returns a run that is clean or fails for certain.

    Returns:
        The run that got furthest, and its failures that are certain, as they are known again.
    """
    known: set[object] = set()
    for _ in range(DEEPEST):
        left = _past(trial, known)
        if left.is_clean or not left.failures:
            break
        known.add(_key(left.failures[0]))
        if trial.ended or _past(trial, known).is_clean:
            break
        found = searched(lambda call: _past(tried(call), known))
        if found is None:
            break
        trial = tried(found.call)
    return trial, known


def parted(
    trial: Trial, hinted: Collection[str], bound: Collection[str], known: Collection[object] = ()
) -> tuple[Trial, Trial | None]:
    """Return a run with the failures that are certain, and with the first one that is not; None where all are.

    Args:
        trial: A run whose first failure is certain.
        hinted: Parameters whose axes a text names.
        bound: Those whose sizes an annotation, or the user, says.
        known: Failures that are certain, too.
    """
    certain = {*known, *map(_key, trial.failures[:1])}
    left = [each for each in trial.failures if _key(each) not in certain]
    doubtful = {id(each): each for each in left if is_doubtful(_alone(trial, [each]), hinted, bound)}
    kept = [each for each in trial.trace.failures if id(each) not in doubtful]
    return _alone(trial, kept), _alone(trial, [*doubtful.values()][:1]) if doubtful else None


def _past(trial: Trial, known: Collection[object]) -> Trial:
    """Return a run without the failures that are known."""
    return _alone(trial, [each for each in trial.trace.failures if _key(each) not in known])


def _key(failure: Failure) -> object:
    """Return what is known again of a failure with other inputs: where it is, and what is wrong there."""
    return failure.frames[-1].span if failure.frames else None, failure.conflicts[0].kind if failure.conflicts else ""


def is_doubtful(trial: Trial, hinted: Collection[str], bound: Collection[str]) -> bool:
    """Return whether what fails first in a run might not with other inputs."""
    named = {path for path, spec in trial.call.tensors() if is_told(path, spec)}
    return in_doubt(trial, {*hinted, *named}, bound, None, named)


def is_resized(call: CallSpec, other: CallSpec) -> bool:
    """Return whether a call is another one but for sizes that models are not built for: no batch, and no width."""
    ours, theirs = dict(call.tensors()), dict(other.tensors())
    return ours.keys() == theirs.keys() and all(
        spec.kind == theirs[path].kind
        and len(spec.axes) == len(theirs[path].axes)
        and all(map(_may_be, spec.axes, theirs[path].axes))
        for path, spec in ours.items()
    )


def _may_be(axis: AxisSpec, other: AxisSpec) -> bool:
    return axis.size == other.size or not (axis.is_batch or axis.is_width or not axis.name)


def _alone(trial: Trial, failures: list[Failure]) -> Trial:
    return replace(trial, trace=replace(trial.trace, failures=failures))
