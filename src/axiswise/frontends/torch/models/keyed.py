"""Entries that a dict among the inputs lacks.

The error names the key, or the argument that the dict is opened into; or it works on what is None without the entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any, cast

from axiswise.frontends.torch.models.optional import worked_on
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.source.frames import way_of

MOST = 2
"""Ideas of an entry that are tried."""

_MISSING = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: (.*)")


def keyed(trial: Trial, ideas: Callable[[str], Sequence[Any]]) -> Iterator[CallSpec]:
    """Yield calls in which a dict has the entries that an error names, each with its first idea, then with its second.

    Args:
        trial: A run that an error ended.
        ideas: Ideas of a tensor, by name.
    """
    keys = _lacking(trial.error) if trial.error is not None else ()
    dicts = [name for name, value in trial.call.arguments.items() if isinstance(value, dict)]
    for name in dicts if keys else ():
        held = cast("dict[str, Any]", trial.call.arguments[name])
        for at in range(MOST):
            more = {key: found[min(at, len(found) - 1)] for key in keys if key not in held and (found := ideas(key))}
            if more:
                whole = {**trial.call.arguments, name: {**held, **more}}
                yield replace(trial.call, arguments=whole).resized(trial.call.sizes())


def _lacking(error: BaseException) -> list[str]:
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str):
        return [error.args[0]]
    found = _MISSING.search(str(error)) if isinstance(error, TypeError) else None
    if found is not None:
        return re.findall(r"'(\w+)'", found[1])
    used = worked_on(error)
    return _none_in(way_of(error)[-1].tb_frame) if used else []


def _none_in(frame: FrameType) -> list[str]:
    """Return the arguments of a function that are None: what opened a dict into them gives all or none."""
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return [name for name in names if frame.f_locals.get(name, frame) is None]
