"""Places of a text and of its edited copy: where one stands in the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from axiswise.diagnosis import Diagnosis, Edit, Fix, Note
from axiswise.origin import Span

_Place = tuple[int, int]
"""Line from 1, column from 0."""
_Piece = tuple[tuple[_Place, _Place], tuple[_Place, _Place]]
"""Start and end of what an edit replaces in the text, and of its new text in the copy."""


class Shift:
    """What edits do to the places of the texts that they change; other texts stay as they are."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._pieces = {path: _pieces(path, edits) for path in {edit.span.path for edit in edits}}

    def line(self, path: str, line: int) -> int:
        """Return where a line of the text stands in the copy."""
        old, new = 1, 1
        for was, now in self._pieces.get(path, []):
            if was[1][0] < line:
                old, new = was[1][0], now[1][0]
        return line - old + new

    def _before(self, path: str, place: _Place, *, end: bool = False) -> _Place:
        """Return where a place of the copy stood; within new text, the start or the end of what was there."""
        old, new = (1, 0), (1, 0)
        for was, now in self._pieces.get(path, []):
            if place <= now[0]:
                break
            if place < now[1]:
                return was[1] if end else was[0]
            old, new = was[1], now[1]
        return _moved(place, new, old)

    def span_before(self, span: Span) -> Span:
        """Return where a span of the copy stood; one that begins or ends within new text takes in what was there."""
        start = self._before(span.path, (span.line, span.column))
        end = self._before(span.path, (span.end_line, span.end_column), end=True)
        return Span(span.path, *start, *max(start, end))

    def fix_before(self, fix: Fix) -> Fix | None:
        """Return a fix of the copy as one of the text, or None where it changes what the edits put there."""
        if any(self._is_near(edit.span) for edit in fix.edits):
            return None
        return replace(fix, edits=tuple(Edit(self.span_before(edit.span), edit.text) for edit in fix.edits))

    def is_new(self, span: Span) -> bool:
        """Return whether a span of the copy holds new text, or ends or begins where text was taken out."""
        start, end = (span.line, span.column), (span.end_line, span.end_column)
        return any(
            (start < now[1] and now[0] < end) or (now[0] == now[1] and start <= now[0] <= end)
            for _, now in self._pieces.get(span.path, [])
        )

    def _is_near(self, span: Span) -> bool:
        """Return whether a span of the copy overlaps or touches new text."""
        start, end = (span.line, span.column), (span.end_line, span.end_column)
        return any(start <= now[1] and now[0] <= end for _, now in self._pieces.get(span.path, []))

    def finding_before(self, finding: Diagnosis) -> Diagnosis:
        """Return a finding of the copy as one of the text, without the fixes that change what the edits put there."""
        fixes = (self.fix_before(fix) for fix in finding.fixes)
        return replace(
            finding,
            message=self._words_before(finding.message),
            span=finding.span and self.span_before(finding.span),
            label=self._words_before(finding.label),
            notes=tuple(
                Note(self._words_before(note.message), note.span and self.span_before(note.span))
                for note in finding.notes
            ),
            fixes=tuple(fix for fix in fixes if fix is not None),
            raised_at=finding.raised_at and self.span_before(finding.raised_at),
            follows=finding.follows and self.span_before(finding.follows),
            history=tuple(self.span_before(span) for span in finding.history),
            roots=frozenset((self.span_before(span), size) for span, size in finding.roots),
            behind=finding.behind and self.span_before(finding.behind),
        )

    def _words_before(self, words: str) -> str:
        """Return words that may name lines (`from the flatten at train.py:30`) with the lines as they were."""
        for path in self._pieces:
            words = self._named_before(path, words)
        return words

    def _named_before(self, path: str, words: str) -> str:
        def before(met: re.Match[str]) -> str:
            return f"{name}:{self._before(path, (int(met[1]), 0))[0]}"

        name = PurePath(path).name
        return re.sub(rf"(?<![\w/]){re.escape(name)}:(\d+)", before, words)


def _pieces(path: str, edits: Sequence[Edit]) -> list[_Piece]:
    """Return what the edits of one file replace, in order."""
    pieces: list[_Piece] = []
    old, new = (1, 0), (1, 0)
    for edit in sorted((edit for edit in edits if edit.span.path == path), key=lambda edit: edit.span):
        start, end = (edit.span.line, edit.span.column), (edit.span.end_line, edit.span.end_column)
        first = _moved(start, old, new)
        *lines, last = edit.text.split("\n")
        after = (first[0] + len(lines), len(last) if lines else first[1] + len(last))
        pieces.append(((start, end), (first, after)))
        old, new = end, after
    return pieces


def _moved(place: _Place, old: _Place, new: _Place) -> _Place:
    """Return a place at or after `old` where `old` has come to stand at `new`."""
    return (place[0] - old[0] + new[0], place[1] - old[1] + new[1] if place[0] == old[0] else place[1])
