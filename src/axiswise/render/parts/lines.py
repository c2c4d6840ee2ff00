"""Styled lines: text in pieces, each with the part it plays. Renderers give the parts colours or classes."""

from __future__ import annotations

import re
from typing import Literal

from rich.cells import cell_len

Part = Literal[
    "",
    "error",
    "warning",
    "note",
    "help",
    "title",
    "gutter",
    "caret",
    "label",
    "verified",
    "unverified",
    "removed",
    "added",
    "aside",
]
Piece = tuple[str, Part]
Line = list[Piece]


def text_of(line: Line) -> str:
    """Return a line's text."""
    return "".join(text for text, _ in line).rstrip()


def wrapped(line: Line, width: int, indent: int) -> list[Line]:
    """Return a line broken at spaces so that it fits, its continuation indented. A longer word stays whole."""
    lines: list[Line] = [[]]
    used = 0
    for text, part in line:
        for word in re.findall(r"\S+\s*|\s+", text):
            if used > indent and used + cell_len(word.rstrip()) > width:
                last, last_part = lines[-1][-1]
                lines[-1][-1] = (last.rstrip(), last_part)
                lines.append([(" " * indent, "")])
                used = indent
            _extend(lines[-1], (word, part))
            used += cell_len(word)
    return lines


def _extend(line: Line, piece: Piece) -> None:
    """Add a piece to a line; one that plays the part of the last one continues it."""
    if line and line[-1][1] == piece[1]:
        piece = (line.pop()[0] + piece[0], piece[1])
    line.append(piece)
