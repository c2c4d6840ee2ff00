"""Which running frames are the user's, and where in the source they stand."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Collection, Mapping
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

from axiswise.facts import Frame, Span
from axiswise.origin import Ratio, Size
from axiswise.source.text import Sources

_HERE = str(Path(__file__).resolve().parents[1])
_LIBRARY = tuple(
    {str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {_HERE}
)

MOST_NAMES = 40
"""Whole numbers kept of one frame."""


def way_of(error: BaseException) -> list[TracebackType]:
    """Return the places that an error came through, outermost first."""
    found: list[TracebackType] = []
    traceback = error.__traceback__
    while traceback is not None:
        found.append(traceback)
        traceback = traceback.tb_next
    return found


class UserCode:
    """Tells the user's frames from a library's.

    Args:
        sources: The user's files.
        owned: Files of a library that count as the user's too: those of a model that is checked by itself.
    """

    def __init__(self, sources: Sources, owned: Collection[str] = ()) -> None:
        self.sources = sources
        self._owned = frozenset(owned)
        self._known: dict[CodeType, bool] = {}

    def owns(self, code: CodeType) -> bool:
        """Return whether the user wrote a code object: a readable file outside the interpreter and site-packages."""
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = self.owns_path(code.co_filename)
        return known

    def owns_path(self, path: str) -> bool:
        """Return whether a file is the user's."""
        if path in self.sources.replaced or path in self._owned:
            return True
        if path.startswith("<") or "site-packages" in path or "dist-packages" in path:
            return False
        return not path.startswith(_LIBRARY) and self.sources.file(path) is not None

    def stack(self, frame: FrameType | None) -> tuple[tuple[CodeType, int], ...]:
        """Return the user's frames from a frame outwards as (code, instruction), outermost first. Cheap."""
        found: list[tuple[CodeType, int]] = []
        while frame is not None:
            if self.owns(frame.f_code):
                found.append((frame.f_code, frame.f_lasti))
            frame = frame.f_back
        found.reverse()
        return tuple(found)

    def innermost(self, frame: FrameType | None) -> FrameType | None:
        """Return the nearest user frame from a frame outwards."""
        while frame is not None and not self.owns(frame.f_code):
            frame = frame.f_back
        return frame

    def frames(self, frame: FrameType | None) -> tuple[Frame, ...]:
        """Return the user's frames with spans and the whole numbers they hold, outermost first."""
        found: list[Frame] = []
        while frame is not None:
            if self.owns(frame.f_code):
                found.append(self.place(frame.f_code, frame.f_lasti, frame))
            frame = frame.f_back
        found.reverse()
        return tuple(found)

    def of_error(self, error: BaseException) -> tuple[Frame, ...]:
        """Return the user's frames that an error came through, outermost first."""
        own = (each for each in way_of(error) if self.owns(each.tb_frame.f_code))
        return tuple(self.place(each.tb_frame.f_code, each.tb_lasti, each.tb_frame) for each in own)

    def place(self, code: CodeType, instruction: int, frame: FrameType | None = None) -> Frame:
        """Return the frame at an instruction; with a live frame, its whole numbers too."""
        source = self.sources.file(code.co_filename)
        line, end_line, column, end_column = self.sources.position(code, instruction)
        line = line or code.co_firstlineno
        if source is None or column is None or end_column is None or end_line is None:
            span = source.line_span(line) if source else Span(code.co_filename, line, 0, line, 0)
        else:
            span = Span(
                code.co_filename, line, source.column(line, column), end_line, source.column(end_line, end_column)
            )
        return Frame(span, code.co_name, sizes_in(frame) if frame is not None else {})


def sizes_in(frame: FrameType) -> dict[str, int]:
    """Return the names of a frame that hold whole numbers, `self.` attributes included."""
    found: dict[str, int] = {}
    own: Mapping[str, Any] = getattr(frame.f_locals.get("self"), "__dict__", {})
    spaces: list[tuple[str, Mapping[str, Any]]] = [("", frame.f_locals), ("self.", own)]
    if frame.f_locals is not frame.f_globals:
        spaces.append(("", frame.f_globals))
    for prefix, space in spaces:
        for name, value in list(space.items()):
            if len(found) >= MOST_NAMES:
                return found
            if isinstance(value, int) and not isinstance(value, bool) and value > 1 and not name.startswith("_"):
                found.setdefault(prefix + name, value)
    return found


def plain(value: object) -> object:
    """Return a Size as a plain int, and a Ratio as a plain float, inside tuples and lists too."""
    if isinstance(value, Size):
        return int(value)
    if isinstance(value, Ratio):
        return float(value)
    if type(value) in (tuple, list):
        return type(value)(plain(item) for item in value)  # type: ignore[call-arg, arg-type]
    return value


def current() -> FrameType:
    """Return the caller's frame."""
    return sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
