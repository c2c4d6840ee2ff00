"""From an error that asks for a number, or a flag, to a call that gives one in the place of a tensor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch

from axiswise.facts import Failure
from axiswise.frontends.torch.models.raising import evaluated, named, raised_at
from axiswise.frontends.torch.models.specs import CallSpec, TensorSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.frontends.torch.tensors import has_fact, ref_of
from axiswise.source.text import Sources

_NUMBER = re.compile(
    r"argument '(\w+)' .*must be (?:int|float|Number)\b.* not \w*Tensor"
    r"|be converted to (?:a )?(?:Python )?[Ss]calar|be interpreted as an integer|integer tensors of a single element"
    r"|an invalid combination of arguments"
)
_FLAG = re.compile(r"argument '(\w+)' .*must be bool, not \w*Tensor|Boolean value of Tensor")
_FLAGS = (False, True)


def plainly(trial: Trial, sources: Sources, number: Callable[[str], int | float]) -> Iterator[CallSpec]:
    """Yield calls with a number, or a flag, for an input that was not to be a tensor.

    Args:
        trial: A run that failed.
        sources: The user's files.
        number: Says what number would do for a parameter of a name.
    """
    failure = next(iter(trial.failures), None)
    text = failure.message if failure is not None else str(trial.error or "")
    flag = _FLAG.search(text)
    said = flag or _NUMBER.search(text)
    if said is None:
        return
    found = _of_failure(trial, failure, said[1]) if failure is not None else _of_error(trial, sources)
    for name in found:
        if isinstance(trial.call.arguments.get(name), TensorSpec):
            for other in _FLAGS if flag else (number(name),):
                yield replace(trial.call, arguments={**trial.call.arguments, name: other})


def _of_failure(trial: Trial, failure: Failure, argument: str | None) -> Iterator[str]:
    """Yield the inputs that what failed was given: as the argument that is named, else those it works on last."""
    operands = dict(failure.call.operands) if failure.call is not None else {}
    first, *others = [*operands.values()] or [None]
    for ref in (operands[argument],) if argument in operands else (*others, first):
        if ref is not None:
            yield from trial.inputs_of(ref.id)


def _of_error(trial: Trial, sources: Sources) -> Iterator[str]:
    """Yield the inputs that the line which raised names, just as they were given."""
    assert trial.error is not None
    for frame, node, _ in raised_at(trial.error, sources):
        for value in (evaluated(each, frame) for each in named(node)):
            if (
                isinstance(value, torch.Tensor)
                and has_fact(value)
                and (path := trial.given.get(ref_of(value).id)) is not None
            ):
                yield path
