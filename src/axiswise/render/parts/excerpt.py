"""Lines of the user's files, fitted into a width, and where a span lies in them, in terminal cells."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from rich.cells import cell_len

from axiswise.origin import Span
from axiswise.render.parts.plain import visible
from axiswise.source.edit import Decoded, split_lines

CUT = "..."
MOST_INDENT = 4


@dataclass(slots=True)
class SourceTexts:
    """The texts of files, read once. A file that is missing, or is no text, has none."""

    _texts: dict[str, str | None] = field(default_factory=dict[str, "str | None"])

    def text(self, path: str) -> str | None:
        """Return a file's text, or None."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        try:
            return Decoded.of(Path(path).read_bytes()).text if os.path.isfile(path) else None
        except (OSError, ValueError):
            return None

    def line(self, path: str, number: int) -> str | None:
        """Return a line without its end, or None."""
        text = self.text(path)
        lines = split_lines(text) if text is not None else []
        return lines[number - 1].rstrip("\r\n") if 1 <= number <= len(lines) else None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A source line as shown, with the cells that a caret underlines."""

    text: str
    start: int
    length: int


def window(line: str, first: int, last: int, room: int) -> tuple[int, int]:
    """Return the part of a line, as (start, end) in characters, that fits into `room` cells and shows `first`..`last`.

    The line's start is kept where the rest still fits beside it.
    """
    widths = [cell_len(visible(character)) for character in line]
    if sum(widths) <= room:
        return 0, len(line)
    room = max(room - 2 * len(CUT), 8)
    start = 0
    last = max(last, first + 1)
    beyond = max(last - len(line), 0)  # of a longer line that this one is shown beside
    while start < first and sum(widths[start:last]) + beyond > room:
        start += 1
    end = start
    used = 0
    while end < len(line) and used + widths[end] <= room:
        used += widths[end]
        end += 1
    return start, end


def fitted(line: str, first: int, last: int, room: int) -> tuple[str, int]:
    """Return a line cut to `room` cells around `first`..`last`, and the cells that `first` moved to."""
    start, end = window(line, first, last, room)
    head = CUT if start else ""
    tail = CUT if end < len(line) else ""
    shown = f"{head}{visible(line[start:end])}{tail}"
    return shown, len(head) + cell_len(visible(line[start:first]))


def excerpt(line: str, span: Span, room: int) -> Excerpt:
    """Return a span's first line, its indentation cut to four cells, with the caret under the span.

    Columns outside the line are taken to its nearest end; a span over several lines is underlined to the line's end.
    """
    body = line.rstrip()
    indent = len(body) - len(body.lstrip(" \t"))
    cut = indent
    while cut > 0 and cell_len(visible(body[cut - 1 : indent])) <= MOST_INDENT:
        cut -= 1
    first = min(max(span.column, 0), len(body))
    last = min(span.end_column, len(body)) if span.end_line == span.line else len(body)
    last = max(last, first)
    cut = min(cut, first)
    body, first, last = body[cut:], first - cut, last - cut
    shown, offset = fitted(body, first, last, room)
    underlined = cell_len(visible(body[first:last]))
    return Excerpt(shown, offset, max(1, min(underlined, cell_len(shown) - offset)))
