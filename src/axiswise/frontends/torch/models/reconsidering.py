"""Other ideas of inputs that a search has settled on: the one that got furthest at first may be the wrong one.

A text beside a parameter may give it axes that it does not have, and a first layer takes features with a length before
them or without. What fails later between such inputs and others is no matter of sizes.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from axiswise.frontends.torch.models.specs import CallSpec, TensorSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.source.frames import way_of

MOST = 4
"""Other ideas of one input that are tried."""


def reconsidered(trial: Trial, ideas: Callable[[str], Sequence[Any]]) -> Iterator[CallSpec]:
    """Yield calls in which an input behind what failed is another of the ideas of it, those given last first.

    Args:
        trial: A run that failed.
        ideas: Ideas of a parameter, the likeliest first.
    """
    for name in _behind(trial):
        now = trial.call.arguments[name]
        others = (way for way in ideas(name) if _form(way) != _form(now))
        for way in list(others)[:MOST]:
            yield replace(trial.call, arguments={**trial.call.arguments, name: way}).resized(trial.call.sizes())


def _behind(trial: Trial) -> list[str]:
    """Return the parameters that what failed first was made of, or that the lines that raised speak of."""
    given = [*trial.call.arguments][::-1]
    for conflict in (each for failure in trial.failures[:1] for each in failure.conflicts[:1]):
        made_of = trial.parameters_of(*(ref.id for ref in conflict.call.operands.values()))
        return [name for name in given if name in made_of]
    words = set(_words(trial.error)) if trial.error is not None else set[str]()
    return [name for name in given if name in words]


def _words(error: BaseException) -> Iterator[str]:
    """Yield the names on the lines that led to an error."""
    for place in way_of(error):
        yield from re.findall(r"[A-Za-z_]\w*", linecache.getline(place.tb_frame.f_code.co_filename, place.tb_lineno))


def _form(value: Any) -> object:
    """Return what tells one idea of an input from another: its kind and its number of axes, not its sizes."""
    return (value.kind, len(value.axes)) if isinstance(value, TensorSpec) else value
