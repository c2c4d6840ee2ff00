"""Two runs side by side: what a program showed, and what an edited copy of it shows of that.

A finding is known again by its rule and its line. A copy is the program with some texts replaced; so is a copy of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from axiswise.diagnosis import Diagnosis, Edit, Fix
from axiswise.origin import Span
from axiswise.source.edit import apply_to_text
from axiswise.source.shift import Shift


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a program showed.

    Attributes:
        status: As in `Target.status`; `failed` also when the child died.
        findings: What was found.
        ops: Operations run.
        reason: Why it was not `checked`.
        details: The frontend's other fields.
    """

    status: str
    findings: tuple[Diagnosis, ...]
    ops: int
    reason: str | None = None
    details: Mapping[str, Any] | None = None

    @property
    def holds_for(self) -> str:
        """The sizes that the run covers, in words: `batch 32 and 8`, `every batch >= 1, time <= 1024`."""
        proved: Sequence[str] = (self.details or {}).get("holds_for", ())
        if proved:
            return f"every {', '.join(proved)}"
        sizes: Mapping[str, Sequence[int]] = (self.details or {}).get("sizes", {})
        several = {name: [str(size) for size in values] for name, values in sizes.items() if len(values) > 1}
        return ", ".join(f"{name} {', '.join(values[:-1])} and {values[-1]}" for name, values in several.items())

    @property
    def is_example(self) -> bool:
        """Whether it was run at some sizes only, of a module that may be given others."""
        return bool((self.details or {}).get("tried_only"))

    def is_ended_by(self, finding: Diagnosis) -> bool:
        """Return whether the run stopped with a finding's exception."""
        raised = finding.exception
        if self.status != "partial" or raised is None or not raised.message:
            return False
        return f"{raised.type}: {raised.message.splitlines()[0]}"[:200] in (self.reason or "")


class Replay(Protocol):
    """Runs a program once for each set of replaced texts (by path), in order."""

    def __call__(self, copies: Sequence[Mapping[str, str]], *, fixes: bool = False) -> Iterator[Outcome]:
        """Yield what each run showed, with candidate fixes only where they are asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Program:
    """A program as it is, or an edited copy of it.

    Attributes:
        replay: Runs the program with files replaced.
        read: Returns a file as it is.
        replaced: The edited files' texts by path.
    """

    replay: Replay
    read: Callable[[str], str]
    replaced: Mapping[str, str] = field(default_factory=dict[str, str])

    def edited(self, edits: Iterable[Edit]) -> Program | None:
        """Return a copy with edits applied, or None where one does not fit its file."""
        by_path: dict[str, list[Edit]] = {}
        for edit in edits:
            by_path.setdefault(edit.span.path, []).append(edit)
        try:
            changed = {path: apply_to_text(self._text(path), own) for path, own in by_path.items()}
        except ValueError:
            return None
        return replace(self, replaced={**self.replaced, **changed})

    def narrowed(self, edits: Iterable[Edit]) -> list[Edit]:
        """Return edits of this text without what they leave as it is at their beginning and end."""
        return [self._narrowed(edit) for edit in edits]

    def _narrowed(self, edit: Edit) -> Edit:
        span, new = edit.span, edit.text
        if span.line != span.end_line or "\n" in new:
            return edit
        old = self._text(span.path).split("\n")[span.line - 1][span.column : span.end_column]
        before = _shared(old, new)
        after = _shared(old[before:][::-1], new[before:][::-1])
        inner = replace(span, column=span.column + before, end_column=span.end_column - after)
        return Edit(inner, new[before : len(new) - after])

    def _text(self, path: str) -> str:
        return self.replaced[path] if path in self.replaced else self.read(path)

    def once(self, *, fixes: bool = False) -> Outcome:
        """Run it."""
        return next(self.replay([self.replaced], fixes=fixes))

    def each(self, copies: Sequence[Program]) -> Iterator[Outcome]:
        """Run its copies."""
        return self.replay([copy.replaced for copy in copies])


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts share at their beginning."""
    differing = (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(differing, min(len(one), len(other)))


@dataclass(frozen=True, slots=True)
class Trial:
    """A fix and what the copy with it showed, beside what was shown before.

    Attributes:
        fix: The fix.
        before: What the program showed without it.
        after: What the copy showed.
    """

    fix: Fix
    before: Outcome
    after: Outcome

    @property
    def gone(self) -> set[int]:
        """Positions of the findings that the copy no longer shows; of several on one line, those at other places."""
        shift = Shift(self.fix.edits)
        before = [_key(each, shift) for each in self.before.findings]
        left: dict[tuple[str, str, int], list[Span | None]] = {}
        for each in self.after.findings:
            left.setdefault(_key(each), []).append(each.raised_at and shift.span_before(each.raised_at))
        return {
            position
            for position, each in enumerate(self.before.findings)
            if (places := left.get(before[position])) is None
            or (before.count(before[position]) > 1 and each.raised_at not in places)
        }

    @property
    def new(self) -> list[int]:
        """Positions of the copy's findings that were not there before."""
        shift = Shift(self.fix.edits)
        known = {_key(each, shift) for each in self.before.findings}
        return [position for position, each in enumerate(self.after.findings) if _key(each) not in known]

    def counterpart(self, position: int) -> int | None:
        """Return which of the copy's findings is one of the original's, or None where it is gone."""
        key = _key(self.before.findings[position], Shift(self.fix.edits))
        return next((place for place, each in enumerate(self.after.findings) if _key(each) == key), None)

    @property
    def upset(self) -> int:
        """How many lines give other shapes than they did, or were meant to do, before."""
        before, after = ((each.details or {}).get("shapes", {}) for each in (self.before, self.after))
        shift, count = Shift(self.fix.edits), 0
        for place, shapes in before.items():
            path, line, op = place.rsplit(":", 2)
            count += after.get(f"{path}:{shift.line(path, int(line))}:{op}") != shapes
        return count

    @property
    def is_of_chance(self) -> bool:
        """Whether a model now works for nothing but a size that was made up for its input."""
        before, after = (set((each.details or {}).get("made_up", ())) for each in (self.before, self.after))
        return not after <= before

    def stands(self, position: int) -> bool:
        """Return whether the fix mends one of the findings and breaks nothing."""
        if self._falls_short(position) or self.new or self.is_of_chance:
            return False
        return self.after.status != "partial" or self._ends_alike(self.before.findings[position])

    def gets_further(self, position: int) -> bool:
        """Return whether the fix takes the run past one of the findings, to others."""
        reached = self.after.status == "checked" or self.after.ops >= self.before.ops
        return not self._falls_short(position) and bool(self.new) and reached

    def stays_at(self, position: int) -> bool:
        """Return whether all that is new is raised where one of the findings was: a clause that it had hidden."""
        place = self.before.findings[position].raised_at
        if place is None:
            return False
        here = place.path, Shift(self.fix.edits).line(place.path, place.line)
        spans = [self.after.findings[each].raised_at for each in self.new]
        return all(span is not None and (span.path, span.line) == here for span in spans)

    def _falls_short(self, position: int) -> bool:
        return _grade(self.after.status) < _grade(self.before.status) or position not in self.gone

    def _ends_alike(self, finding: Diagnosis) -> bool:
        """Return whether a replay that stopped early did so for a reason that the fix has nothing to do with."""
        before, after = (re.sub(r" at line \d+", "", each.reason or "") for each in (self.before, self.after))
        return before == after or (self.before.is_ended_by(finding) and any(name in after for name in _SURROUNDINGS))


_SURROUNDINGS = ("FileNotFoundError", "ModuleNotFoundError", "ImportError", "PermissionError", "EOFError", "OSError")
"""Errors of the place a program runs at: no edit of its shapes brings them about."""


def _grade(status: str) -> int:
    return ("failed", "skipped", "partial", "checked").index(status)


_NOWHERE = Shift(())


def _key(finding: Diagnosis, shift: Shift = _NOWHERE) -> tuple[str, str, int]:
    span = finding.raised_at
    return (finding.rule, span.path, shift.line(span.path, span.line)) if span else (finding.rule, "", 0)
