"""Which optional arguments a module cannot do without: libraries' modules often take everything by name, or nothing.

Which comes first a model may say itself (`main_input_name`, `dummy_inputs`). Which others are needed a run says: its
error names them, or the line that it fails on works with one that is None.
"""

from __future__ import annotations

import inspect
import linecache
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from axiswise.facts import Failure
from axiswise.frontends.torch.models.beginning import in_step
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.frontends.torch.tensors import tensors_in
from axiswise.source.frames import way_of

Ideas = Callable[[str], Sequence[Any]]

MOST_NAMED = 4
"""Arguments that are tried for one failure."""

_HOLDS = re.compile(r"Tensor|\b(list|tuple|dict|Sequence|Mapping)\b", re.IGNORECASE)
"""Types that are, or may hold, tensors."""

_COUNTS = re.compile(r"\b(int|float)\b")
"""Types of numbers that shapes may be made of."""

_INSTEAD = re.compile(r"embeds?$|_values_embeds|past_|cache|outputs?$|labels?$|_?mask$|head_mask|return_|output_|use_")
"""Arguments that stand for another one, or only weigh it: tried after those that are data."""


def optional_tensors(function: Any) -> list[str]:
    """Return the parameters that may be left out and that may be, or hold, tensors, in order."""
    left_out = _left_out(function).items()
    return [name for name, kind in left_out if kind is inspect.Parameter.empty or _HOLDS.search(str(kind))]


def _optional_data(function: Any) -> list[str]:
    """Return the parameters that may be left out and that may be tensors, or numbers that shapes are made of."""
    tensors = optional_tensors(function)
    return [name for name, kind in _left_out(function).items() if name in tensors or _COUNTS.search(str(kind))]


def _left_out(function: Any) -> dict[str, Any]:
    """Return the parameters that are None where nothing is given, with their annotations."""
    try:
        listed = inspect.signature(function).parameters.items()
    except (TypeError, ValueError):
        return {}
    return {name: each.annotation for name, each in listed if each.default is None}


def first_of(model: Any, function: Any) -> list[str]:
    """Return the optional parameters to begin with, where none has to be given."""
    names = optional_tensors(function)
    main = getattr(model, "main_input_name", None)
    said = [main] if isinstance(main, str) else list(cast("Any", main)) if isinstance(main, (list, tuple)) else []
    found = [name for name in said if name in names]
    return found or [name for name in _examples(model) if name in names][:1] or names[:1]


def _examples(model: Any) -> Mapping[str, Any]:
    """Return the inputs that a model gives as an example of its own."""
    try:
        found = getattr(model, "dummy_inputs", None)
    except Exception:  # the model's own code, asked for a mere hint
        return {}
    return {name: value for name, value in found.items() if tensors_in(value)} if isinstance(found, dict) else {}  # type: ignore[reportUnknownVariableType]


def completed(trial: Trial, function: Any, ideas: Ideas) -> Iterator[CallSpec]:
    """Yield calls with one more optional argument: what an error that is not about sizes asks for."""
    open_names = [name for name in _optional_data(function) if name not in trial.call.arguments]
    if trial.failures:
        named, used = _none_given(trial.failures[0], open_names), set[str]()
    elif trial.error is not None:
        named = [*_named(str(trial.error), open_names), *_none_at(trial.error, open_names)]
        used = worked_on(trial.error)
    else:
        return
    ordered = sorted(dict.fromkeys(named), key=lambda name: (name not in used, bool(_INSTEAD.search(name))))
    for name in ordered[:MOST_NAMED]:
        for spec in ideas(name)[:2]:
            given = in_step(replace(trial.call, arguments={**trial.call.arguments, name: spec}))
            yield given.resized(trial.call.sizes())


def _named(text: str, names: Sequence[str]) -> list[str]:
    """Return the parameters that an error's text speaks of, in its order."""
    words = re.findall(r"[A-Za-z_]\w*", text)
    return [name for name in dict.fromkeys(words) if name in names]


def _none_given(failure: Failure, names: Sequence[str]) -> list[str]:
    """Return the parameters that stand on the lines of a call that was given None for a tensor, innermost first."""
    if "NoneType" not in failure.message:
        return []
    spans = [frame.span for frame in reversed(failure.frames)]
    return [name for span in spans for name in _named(linecache.getline(span.path, span.line), names)]


def worked_on(error: BaseException) -> set[str]:
    """Return the names of which the line that raised reads the attribute that None has not."""
    lacking = re.search(r"'NoneType' object has no attribute '(\w+)'", str(error))
    way = way_of(error)
    if lacking is None or not way:
        return set()
    line = linecache.getline(way[-1].tb_frame.f_code.co_filename, way[-1].tb_lineno)
    return set(re.findall(rf"(\w+)\.{lacking[1]}\b", line))


def _none_at(error: BaseException, names: Sequence[str]) -> Iterator[str]:
    """Yield the parameters that are None where the error was raised, on the lines that led there, innermost first."""
    for place in reversed(way_of(error)):
        frame, line = place.tb_frame, place.tb_lineno
        text = "".join(linecache.getline(frame.f_code.co_filename, line + more) for more in range(3))
        for name in _named(text, names):
            if frame.f_locals.get(name, frame) is None:
                yield name
