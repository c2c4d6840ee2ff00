"""Which module is running, where it hangs in the model, and with which arguments it was built."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any, cast

import torch

from axiswise.facts import Frame, LayerRef, is_series
from axiswise.source.frames import UserCode

_BUILT = "_axiswise_built"


class Built:
    """Where and with what a module was constructed; shared by its copies."""

    __slots__ = ("frames", "settings")

    def __init__(self, frames: tuple[Frame, ...], settings: dict[str, Any]) -> None:
        self.frames = frames
        self.settings = settings

    def __deepcopy__(self, memo: object) -> Built:
        return self


def built_by(module: torch.nn.Module, frame: FrameType | None, user: UserCode) -> Built:
    """Return how a module is being built, from the frames under `Module.__init__`."""
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
    """Return whether an argument is one that a diagnosis may tell: a number, a text, or several whole numbers."""
    if is_series(value):
        return all(isinstance(item, int) for item in value)
    return value is None or isinstance(value, (int, float, str))


class ModuleStack:
    """The modules whose `__call__` is running, outermost first."""

    def __init__(self, user: UserCode) -> None:
        self.user = user
        self.running: list[torch.nn.Module] = []
        self._paths: dict[int, dict[int, str]] = {}
        self._owned: dict[type, bool] = {}

    def built(self, module: torch.nn.Module) -> None:
        """Remember how a module is being built; called from inside `Module.__init__`."""
        frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
        object.__setattr__(module, _BUILT, built_by(module, frame, self.user))

    def path(self, module: torch.nn.Module) -> str:
        """Return a module's path in the outermost running module; empty for that one itself."""
        if not self.running:
            return ""
        root = self.running[0]
        paths = self._paths.get(id(root))
        if paths is None or id(module) not in paths:
            named = cast("Iterable[tuple[str, object]]", root.named_modules())
            paths = self._paths[id(root)] = {id(child): name for name, child in named}
        return paths.get(id(module), "")

    def is_users(self, module: torch.nn.Module) -> bool:
        """Return whether the user wrote a module's class."""
        kind = type(module)
        if kind not in self._owned:
            path = getattr(sys.modules.get(kind.__module__), "__file__", None) or kind.__init__.__code__.co_filename
            self._owned[kind] = self.user.owns_path(path)
        return self._owned[kind]

    def layer(self) -> LayerRef | None:
        """Return the innermost running layer, where a library wrote it."""
        if not self.running or self.is_users(self.running[-1]):
            return None
        return self.ref(self.running[-1])

    def ref(self, module: torch.nn.Module) -> LayerRef:
        """Return the fact for a module."""
        built: Built | None = module.__dict__.get(_BUILT)
        settings = built.settings if built else {}
        called = module
        for outer in reversed(self.running[:-1]):
            if self.is_users(outer):
                break
            called = outer
        inside = self.path(module)[len(self.path(called)) :].lstrip(".") if called is not module else ""
        frames = built.frames if built else ()
        return LayerRef(self.path(module), type(module).__name__, settings, frames, called is module, inside)

    def within(self) -> tuple[tuple[str, str], ...]:
        """Return the running modules as (path, class), outermost first."""
        return tuple((self.path(module), type(module).__name__) for module in self.running)
