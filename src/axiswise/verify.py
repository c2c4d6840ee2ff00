"""Prove fixes: apply each candidate to a copy of the source, replay it, and set the verdict by what happened.

This is the only place that sets a verdict. A candidate stands when its replay reaches as far as the program goes, its
own finding is gone, and no finding of any kind is new.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from axiswise.diagnosis import Diagnosis, Edit, Fix
from axiswise.origin import Span
from axiswise.source.edit import apply_to_text
from axiswise.source.scene import relocated

ENOUGH = 4
"""Verified fixes of one finding after which no further candidate is tried."""


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


Replay = Callable[[Sequence[Mapping[str, str]]], Iterator[Outcome]]
"""Runs a program once for each set of replaced texts (by path), in order."""


def verified(
    original: Outcome, texts: Mapping[str, str], replay: Replay, *, holds_for: str, seconds: float
) -> tuple[Diagnosis, ...]:
    """Return an outcome's findings with their fixes proved, ranked, and the findings at their fix's place.

    Args:
        original: What the unchanged program showed.
        texts: Its files as they are, by path.
        replay: Runs edited copies.
        holds_for: The sizes that each replay covers, in words.
        seconds: Time after which the remaining candidates stay unverified.
    """
    deadline = time.monotonic() + seconds
    done: list[Diagnosis] = []
    explained: set[int] = set()
    unproved: set[Span | None] = set()
    for position, finding in enumerate(original.findings):
        if position in explained:
            continue
        if finding.follows is not None and finding.follows in unproved:
            # It worked on a stand-in that no fix bears out: a symptom, as far as anyone can tell.
            unproved.add(finding.raised_at)
            continue
        fixes, gone = _prove(finding, original, texts, replay, holds_for, deadline)
        # What vanishes together with this finding, under its best fix, has the same root.
        explained |= {other for other in gone if other > position}
        if not _is_proved(fixes):
            unproved.add(finding.raised_at)
        done.append(relocated(finding.with_fixes(fixes)))
    return tuple(done)


def _is_proved(fixes: Sequence[Fix]) -> bool:
    return any(fix.verdict != "unverified" for fix in fixes)


def _prove(
    finding: Diagnosis,
    original: Outcome,
    texts: Mapping[str, str],
    replay: Replay,
    holds_for: str,
    deadline: float,
) -> tuple[tuple[Fix, ...], set[int]]:
    candidates = [fix for fix in finding.fixes if fix.edits]
    advice = [fix for fix in finding.fixes if not fix.edits]
    usable = [(fix, copy) for fix in candidates if (copy := edited(texts, fix.edits)) is not None]
    standing: list[tuple[Fix, set[int]]] = []
    falling: list[Fix] = []
    untried = [fix for fix, _ in usable]
    outcomes = replay([copy for _, copy in usable])
    for (fix, _), outcome in zip(usable, outcomes, strict=False):
        untried.remove(fix)
        gone = _resolved(finding, fix, original, outcome)
        if gone is None:
            falling.append(fix)
        else:
            proved = replace(fix, verdict="verified", holds_for=holds_for)
            standing.append((replace(proved, evidence=_rank(fix, gone, _upset(fix, original, outcome))), gone))
        if len(standing) >= ENOUGH or time.monotonic() > deadline:
            break
    standing.sort(key=lambda pair: -pair[0].evidence)
    shown = [fix for fix, _ in standing]
    rest = [] if shown else [*untried[:2], *(fix for fix in falling if fix.choice)][:2]
    return (*shown, *rest, *advice), (standing[0][1] if standing else set())


def _rank(fix: Fix, gone: set[int], upset: int) -> float:
    """Return how good a fix that stands is: its own evidence, what else it mends, what it upsets, its length."""
    size = sum(len(edit.text) for edit in fix.edits)
    return fix.evidence + 0.5 * len(gone) - min(0.1 * upset, 0.5) - 0.002 * size - (1.0 if fix.choice else 0.0)


def _upset(fix: Fix, original: Outcome, outcome: Outcome) -> int:
    """Return how many lines give other shapes after a fix than they did, or were meant to do, before it."""
    before, after = ((each.details or {}).get("shapes", {}) for each in (original, outcome))
    shift, count = _Shift(fix.edits), 0
    for place, shapes in before.items():
        path, line, op = place.rsplit(":", 2)
        count += after.get(f"{path}:{shift.line(path, int(line))}:{op}") != shapes
    return count


def edited(texts: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str] | None:
    """Return the texts that edits change, changed; None where an edit does not fit its file."""
    changed: dict[str, list[Edit]] = {}
    for edit in edits:
        changed.setdefault(edit.span.path, []).append(edit)
    if not changed.keys() <= texts.keys():
        return None
    try:
        return {path: apply_to_text(texts[path], own) for path, own in changed.items()}
    except ValueError:
        return None


def _resolved(finding: Diagnosis, fix: Fix, original: Outcome, outcome: Outcome) -> set[int] | None:
    """Return the positions of the original findings that a replay no longer shows, or None if the fix fails."""
    if _grade(outcome.status) < _grade(original.status):
        return None
    shift = _Shift(fix.edits)
    left = {_key(each, _Shift(())) for each in outcome.findings}
    known = {_key(each, shift) for each in original.findings}
    if left - known or _key(finding, shift) in left:
        return None
    if outcome.status == "partial" and not _ends_alike(finding, original, outcome):
        return None
    return {position for position, each in enumerate(original.findings) if _key(each, shift) not in left}


_SURROUNDINGS = ("FileNotFoundError", "ModuleNotFoundError", "ImportError", "PermissionError", "EOFError", "OSError")
"""Errors of the place a program runs at: no edit of its shapes brings them about."""


def _ends_alike(finding: Diagnosis, original: Outcome, outcome: Outcome) -> bool:
    """Return whether a replay that stopped early did so for a reason that the fix has nothing to do with."""
    before, after = (re.sub(r" at line \d+", "", reason or "") for reason in (original.reason, outcome.reason))
    if before == after:
        return True
    message = finding.exception.message.splitlines()[0] if finding.exception and finding.exception.message else ""
    ended_by_this = bool(message) and message in before
    return ended_by_this and any(name in after for name in _SURROUNDINGS)


def _grade(status: str) -> int:
    return ("failed", "skipped", "partial", "checked").index(status)


def _key(finding: Diagnosis, shift: _Shift) -> tuple[str, str, int]:
    span = finding.raised_at
    return (finding.rule, span.path, shift.line(span.path, span.line)) if span else (finding.rule, "", 0)


class _Shift:
    """Where lines of the original stand after edits."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = edits

    def line(self, path: str, line: int) -> int:
        moved = line
        for edit in self.edits:
            if edit.span.path == path and edit.span.end_line < line:
                moved += edit.text.count("\n") - (edit.span.end_line - edit.span.line)
        return moved
