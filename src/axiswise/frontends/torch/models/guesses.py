"""Values that were chosen for the user: numbers and texts that remember which parameter they were chosen for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axiswise.frontends.torch.models.lexicon import number
from axiswise.origin import Origin, Size


class Needed(Exception):
    """A parameter that nothing says how to fill. `str()` of it is the parameter's path."""


class Text(str):
    """A text that was chosen for a parameter."""

    path: str

    def __new__(cls, value: str, path: str) -> Text:
        self = super().__new__(cls, value)
        self.path = path
        return self


class Guesses:
    """What was chosen in one attempt to build a module, by path: `d_model`, `config.n_embd`, `encoder.depth`.

    Args:
        pinned: Values that earlier attempts, or the caller, settled.
        as_elsewhere: Whether parts are built as the project builds them, where it does.
    """

    def __init__(self, pinned: Mapping[str, Any], *, as_elsewhere: bool = True) -> None:
        self.pinned = pinned
        self.as_elsewhere = as_elsewhere
        self.made: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def number(self, path: str, known: Mapping[str, object], meant: str | None = None) -> Any:
        """Return a number for a parameter, or None where its name says nothing."""
        chosen = number(path.rpartition(".")[2], known, meant)
        return None if chosen is None else self.told(path, chosen)

    def told(self, path: str, value: Any, said: str | None = None) -> Any:
        """Return a value that remembers its path, and list it among the assumptions in the words of `said`."""
        self.made[path] = said or _said(value)
        self.values[path] = kept(path, value)
        return self.values[path]


def kept(path: str, value: Any) -> Any:
    """Return a value whose numbers and texts remember the parameter they were chosen for."""
    if type(value) in (int, Size):
        return Size(value, Origin("guess", int(value), name=path))
    if type(value) in (str, Text):
        return Text(value, path)
    if type(value) in (tuple, list):
        return type(value)(kept(f"{path}[{place}]", item) for place, item in enumerate(value))
    return value


def _said(value: Any) -> str:
    if isinstance(value, str):
        return repr(str(value))
    if isinstance(value, (tuple, list)):
        inner = ", ".join(_said(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))
    return str(value)
