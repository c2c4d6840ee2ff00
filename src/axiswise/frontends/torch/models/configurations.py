"""A configuration that nobody gave: its fields are chosen when the constructor reads them."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from axiswise.frontends.torch.models.guesses import Needed

Choose = Callable[[str, FrameType], Any]
"""Chooses the value of a field, by its name and the frame that reads it; None where nothing is known of it."""


class Configuration:
    """Stands in for `config`, `cfg` or `args`: whatever is read of it is chosen by its name, and stays.

    `getattr(config, "name", default)` and `config.get("name", default)` have their defaults: what may be missing, is.
    """

    def __init__(self, path: str, choose: Choose) -> None:
        self.__dict__["_path"] = path
        self.__dict__["_choose"] = choose
        self.__dict__["_fields"] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        if name in self._fields:
            return self._fields[name]
        if not _reads(frame):
            raise AttributeError(name)
        return self._field(name, frame)

    def __setattr__(self, name: str, value: Any) -> None:
        self._fields[name] = value

    def __getitem__(self, name: Any) -> Any:
        if not isinstance(name, str):
            raise KeyError(name)
        return self._fields[name] if name in self._fields else self._field(name, sys._getframe(1))  # pyright: ignore[reportPrivateUsage]

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __bool__(self) -> bool:
        return True

    def keys(self) -> list[str]:
        """Return the names of the fields that were read so far."""
        return list(self._fields)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field, or the default that its reader has for it."""
        return self._fields.get(name, default)

    def _field(self, name: str, frame: FrameType) -> Any:
        path = f"{self._path}.{name}"
        value = self._choose(path, frame)
        if value is None:
            if not _reads_on(frame):
                raise Needed(path)
            value = Configuration(path, self._choose)
        self._fields[name] = value
        return value


def _operation(frame: FrameType, further: int) -> str:
    """Return the name of the instruction that a frame stands at, or of one after it."""
    codes = [each for each in dis.get_instructions(frame.f_code) if each.offset >= frame.f_lasti]
    codes = [each for each in codes if each.opname not in ("CACHE", "EXTENDED_ARG", "PRECALL")]
    return codes[further].opname if further < len(codes) else ""


def _reads(frame: FrameType) -> bool:
    """Return whether a frame reads an attribute by name; `getattr` and `hasattr` ask whether it is there."""
    return _operation(frame, 0).startswith(("LOAD_ATTR", "LOAD_METHOD"))


def _reads_on(frame: FrameType) -> bool:
    """Return whether a frame goes on to read an attribute or an item of what it reads."""
    return _operation(frame, 1).startswith(("LOAD_ATTR", "LOAD_METHOD"))
