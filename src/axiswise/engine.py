"""From what failed to what to say: conflicts go to the rules, one root cause becomes one diagnosis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from axiswise.diagnosis import Diagnosis, Fix, Raised
from axiswise.facts import Conflict, Failure, Frame, Trace
from axiswise.rules.rule import rules
from axiswise.source.provenance import named, stand_in_before
from axiswise.source.scene import Scene
from axiswise.source.text import Sources

MOST_CANDIDATES = 16
"""Candidate fixes kept of one diagnosis."""


def diagnoses(trace: Trace, sources: Sources) -> list[Diagnosis]:
    """Return what a run's failures mean, in the order they came, each root cause once."""
    found: dict[tuple[object, ...], Diagnosis] = {}
    for failure in trace.failures:
        for diagnosis in diagnose(failure, trace, sources):
            found.setdefault((diagnosis.rule, diagnosis.raised_at or diagnosis.message), diagnosis)
    return list(found.values())


def diagnose(failure: Failure, trace: Trace, sources: Sources) -> Iterator[Diagnosis]:
    """Yield the diagnoses of one failure: the first broken clause, and what a wrong rank had hidden behind it."""
    raised = Raised(failure.type, failure.message) if failure.type and failure.type != "UserWarning" else None
    for position, conflict in enumerate(failure.conflicts):
        if position and failure.conflicts[0].kind != "rank":
            return
        diagnosis = explain_conflict(conflict, trace, raised, failure.frames, sources)
        if diagnosis is not None:
            yield diagnosis


def explain_conflict(
    conflict: Conflict,
    trace: Trace,
    exception: Raised | None,
    frames: tuple[Frame, ...] = (),
    sources: Sources | None = None,
) -> Diagnosis | None:
    """Return what the first rule that knows a conflict says of it, with candidate fixes, or None.

    Args:
        conflict: The clause that does not hold.
        trace: The run it is from; empty for pasted text.
        exception: What was raised, if anything was.
        frames: The user's frames, where the call itself has none.
        sources: The user's source files.
    """
    if frames and not conflict.call.frames:
        conflict.call.frames = frames
    conflict = replace(conflict, call=named(trace, conflict.call))
    scene = Scene(conflict, trace, sources, exception)
    for rule in rules():
        if conflict.kind not in rule.kinds:
            continue
        diagnosis = rule.match(conflict, scene)
        if diagnosis is not None:
            # In turns, so that a mistake of another kind is tried before the third spelling of the likeliest one.
            turns = zip_longest(rule.fixes(conflict, scene), scene.elsewhere() if scene.raised else ())
            fixes = _distinct(fix for turn in turns for fix in turn if fix is not None)
            follows = stand_in_before(trace, conflict.call)
            return replace(diagnosis, rule=rule.slug, fixes=fixes, follows=follows.site if follows else None)
    return None


def _distinct(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    kept: dict[object, Fix] = {}
    for fix in fixes:
        kept.setdefault(fix.edits or fix.title, fix)
        if len(kept) >= MOST_CANDIDATES:
            break
    return tuple(kept.values())
