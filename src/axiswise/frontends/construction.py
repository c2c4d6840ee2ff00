"""How an object is being built: by which lines of the user's, and with which arguments."""

from __future__ import annotations

import inspect
from types import FrameType
from typing import Any

from axiswise.facts import Frame, is_series
from axiswise.source.frames import UserCode


class Built:
    """Where and with what an object was constructed; shared by its copies."""

    __slots__ = ("frames", "settings")

    def __init__(self, frames: tuple[Frame, ...], settings: dict[str, Any]) -> None:
        self.frames = frames
        self.settings = settings

    def __deepcopy__(self, memo: object) -> Built:
        return self


def built_by(module: object, frame: FrameType | None, user: UserCode) -> Built:
    """Return how an object is being built, from the frames under the innermost `__init__`."""
    running: list[FrameType] = []
    while frame is not None and frame.f_code.co_name == "__init__" and frame.f_locals.get("self") is module:
        running.append(frame)
        frame = frame.f_back
    return Built(user.frames(frame), _settings(running))


def _settings(running: list[FrameType]) -> dict[str, Any]:
    """Return the constructor arguments by name, in the order of the call; `running`: `__init__` frames, inner first.

    A constructor that takes `*args` hands them on: their names are then those of the next inner one.
    """
    if not running:
        return {}
    outer = running[-1]
    code, values = outer.f_code, outer.f_locals
    names = [name for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if name != "self"]
    if not names and code.co_flags & _TAKES_ANY and len(running) > 1:
        inner = running[-2]
        known = inner.f_code.co_varnames[: inner.f_code.co_argcount + inner.f_code.co_kwonlyargcount]
        own: tuple[Any, ...] = values.get(code.co_varnames[code.co_argcount + code.co_kwonlyargcount], ())
        first = next((i for i, name in enumerate(known) if own and inner.f_locals.get(name) is own[0]), None)
        keywords: dict[str, Any] = values.get("kwargs", {})
        names = [*(known[first:] if first is not None else ()), *(name for name in keywords if first is None)]
        values = {**inner.f_locals, **keywords}
    return {name: values[name] for name in names if is_setting(values.get(name, _ABSENT))}


_TAKES_ANY = inspect.CO_VARARGS
_ABSENT = object()


def is_setting(value: object) -> bool:
    """Return whether a diagnosis may tell an argument: a number, a text, or several whole numbers or Nones."""
    if is_series(value):
        return all(item is None or isinstance(item, int) for item in value)
    return value is None or isinstance(value, (int, float, str))
