"""What fails behind the first failure of a model: its own fault, or that of sizes that nothing has corrected so far.

Inputs are corrected up to what fails first. What fails behind it, with a stand-in in its place, has met no such
search: only what would fail with any input is told. A fix of the first failure is tried with other sizes, too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from axiswise.facts import Failure
from axiswise.frontends.torch.models.corrections import is_width
from axiswise.frontends.torch.models.doubts import in_doubt
from axiswise.frontends.torch.models.ideas import is_told
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec
from axiswise.frontends.torch.models.trials import Trial


def parted(trial: Trial, hinted: Collection[str], bound: Collection[str]) -> tuple[Trial, Trial | None]:
    """Return a run with the failures that are certain, and with the first one that is not; None where all are.

    Args:
        trial: A run that went on behind what failed first, which is certain.
        hinted: Parameters whose axes a text names.
        bound: Those whose sizes an annotation, or the user, says.
    """
    later = {id(each) for each in trial.failures[1:]}
    doubtful = [
        each for each in trial.trace.failures if id(each) in later and is_doubtful(_alone(trial, [each]), hinted, bound)
    ]
    left = [each for each in trial.trace.failures if each not in doubtful]
    return _alone(trial, left), _alone(trial, doubtful[:1]) if doubtful else None


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
    return axis.size == other.size or not (axis.is_batch or is_width(axis.name) or not axis.name)


def _alone(trial: Trial, failures: list[Failure]) -> Trial:
    return replace(trial, trace=replace(trial.trace, failures=failures))
