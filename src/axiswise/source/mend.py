"""Which fixes go into the files together, and whether the files are still those that were checked."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from axiswise.diagnosis import Diagnosis, Edit, Fix
from axiswise.origin import Span
from axiswise.source.edit import digest


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files named before a check began.

    Attributes:
        digests: Real path to digest.
        taken: When, in nanoseconds of the file system's clock. Files met only later must not be younger.
    """

    digests: dict[str, str]
    taken: int

    @classmethod
    def of(cls, paths: Iterable[str]) -> Snapshot:
        """Take a snapshot. Raises OSError where a file cannot be read."""
        taken = time.time_ns()
        return cls({os.path.realpath(path): digest(Path(path).read_bytes()) for path in paths}, taken)

    def expected(self, paths: Iterable[str]) -> dict[str, str]:
        """Return path to digest for files as they were checked; a file written since has no entry, or another's."""
        found: dict[str, str] = {}
        for path in paths:
            real = os.path.realpath(path)
            if real in self.digests:
                found[path] = self.digests[real]
            elif os.path.isfile(real) and os.stat(real).st_mtime_ns <= self.taken:
                found[path] = digest(Path(real).read_bytes())
        return found


@dataclass(frozen=True, slots=True)
class Mending:
    """Fixes that go in together.

    Attributes:
        applied: Findings with the fix that each gets.
        left: Findings that get none, with the reason.
    """

    applied: tuple[tuple[Diagnosis, Fix], ...]
    left: tuple[tuple[Diagnosis, str], ...]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits, each once: two findings may share one."""
        return tuple(dict.fromkeys(edit for _, fix in self.applied for edit in fix.edits))


def mending(findings: Sequence[Diagnosis]) -> Mending:
    """Return the best verified fix of each finding that is no choice of the user's, as far as they do not overlap."""
    applied: list[tuple[Diagnosis, Fix]] = []
    left: list[tuple[Diagnosis, str]] = []
    taken: set[Edit] = set()
    mended: set[Span | None] = {None}
    for finding in findings:
        verified = [fix for fix in finding.fixes if fix.edits and fix.verdict != "unverified"]
        fix = next((fix for fix in verified if not fix.choice), None)
        if finding.behind not in mended:
            left.append((finding, "it lies behind an error that is left"))
        elif fix is None:
            left.append((finding, "its fixes are choices to take" if verified else "none of its fixes was verified"))
        elif any(_clash(edit, other) for edit in fix.edits for other in taken):
            left.append((finding, "its fix overlaps another one: call `--fix` again"))
        else:
            applied.append((finding, fix))
            taken.update(fix.edits)
            mended.add(finding.raised_at)
    return Mending(tuple(applied), tuple(left))


def _clash(edit: Edit, other: Edit) -> bool:
    if edit == other or edit.span.path != other.span.path:
        return False
    (start, end), (other_start, other_end) = _bounds(edit), _bounds(other)
    # Two different texts at one place are a clash too: only one of them was replayed there.
    return (start < other_end and other_start < end) or (start, end) == (other_start, other_end)


def _bounds(edit: Edit) -> tuple[tuple[int, int], tuple[int, int]]:
    span = edit.span
    return (span.line, span.column), (span.end_line, span.end_column)
