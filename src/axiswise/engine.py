"""From what failed to what to say: conflicts go to the rules, one root cause becomes one diagnosis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, zip_longest

from axiswise.diagnosis import Diagnosis, Edit, Fix, Raised
from axiswise.facts import Conflict, Failure, Frame, Trace
from axiswise.rules.rule import Rule, rules
from axiswise.silent import suspected
from axiswise.source.history import history, roots
from axiswise.source.provenance import named, stand_in_before
from axiswise.source.scene import Scene
from axiswise.source.text import Sources

MOST_CANDIDATES = 16
"""Candidate fixes kept of one diagnosis."""


def diagnoses(trace: Trace, sources: Sources, *, with_fixes: bool = True) -> list[Diagnosis]:
    """Return what a run's failures mean, in the order they came, each root cause once.

    Args:
        trace: The run.
        sources: The user's source files.
        with_fixes: Look for candidate fixes too.
    """
    found: dict[tuple[object, ...], Diagnosis] = {}
    for failure in (*trace.failures, *suspected(trace)):
        raised = Raised(failure.type, failure.message) if failure.type and failure.type != "UserWarning" else None
        for conflict in _spoken(failure):
            named_rule = _ruled(conflict, trace, raised, failure.frames, sources)
            if named_rule is None:
                continue
            scene, rule, diagnosis = named_rule
            key = (diagnosis.rule, diagnosis.raised_at or diagnosis.message)
            if key not in found:
                hidden = _hidden(failure, conflict, trace, sources) if with_fixes else ()
                found[key] = _with_fixes(scene, rule, diagnosis, hidden) if with_fixes else diagnosis
    return list(found.values())


def _spoken(failure: Failure) -> tuple[Conflict, ...]:
    """Return the conflicts worth speaking of: the first broken clause, and what a wrong rank had hidden behind it."""
    return failure.conflicts if failure.conflicts and failure.conflicts[0].kind == "rank" else failure.conflicts[:1]


def _hidden(failure: Failure, conflict: Conflict, trace: Trace, sources: Sources) -> tuple[Fix, ...]:
    """Return fixes of the clause that the same call breaks next: mending the first alone would only bring it up."""
    if conflict is not failure.conflicts[0]:
        return ()
    for other in failure.conflicts[1:]:
        ruled = _ruled(other, trace, None, failure.frames, sources)
        operands = [each.left.operand if each.left is not None else "" for each in (conflict, other)]
        is_another = other.kind != conflict.kind or operands[0] != operands[1]
        if ruled is not None and ruled[2].rule != "" and is_another:
            scene, rule, _ = ruled
            return tuple(islice(rule.fixes(scene.conflict, scene), 2))
    return ()


def _both(first: Fix, second: Fix) -> Fix | None:
    """Return one fix that makes the edits of two, or None where they edit the same place."""
    edits: dict[object, Edit] = {}
    for edit in (*first.edits, *second.edits):
        old = edits.get(edit.span)
        is_insertion = (edit.span.line, edit.span.column) == (edit.span.end_line, edit.span.end_column)
        if old is not None and not is_insertion:
            return None
        edits[edit.span] = Edit(edit.span, (old.text if old else "") + edit.text)
    if not first.edits or not second.edits:
        return None
    title = f"{first.title}, and {second.title}" if first.title != second.title else f"{first.title} in both"
    return Fix(title, tuple(edits.values()), first.evidence, first.choice or second.choice)


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
    found = _ruled(conflict, trace, exception, frames, sources)
    return _with_fixes(*found) if found else None


def _ruled(
    conflict: Conflict, trace: Trace, exception: Raised | None, frames: tuple[Frame, ...], sources: Sources | None
) -> tuple[Scene, Rule, Diagnosis] | None:
    """Return the first rule that knows a conflict, with the scene and what it says, still without fixes."""
    if frames and not conflict.call.frames:
        conflict.call.frames = frames
    conflict = replace(conflict, call=named(trace, conflict.call))
    scene = Scene(conflict, trace, sources, exception)
    for rule in rules():
        diagnosis = rule.match(conflict, scene) if conflict.kind in rule.kinds else None
        if diagnosis is not None:
            follows = stand_in_before(trace, conflict.call)
            return scene, rule, replace(diagnosis, rule=rule.slug, follows=follows.site if follows else None)
    return None


def _with_fixes(scene: Scene, rule: Rule, diagnosis: Diagnosis, hidden: tuple[Fix, ...] = ()) -> Diagnosis:
    own = list(rule.fixes(scene.conflict, scene))
    joined = (both for first in own[:2] for second in hidden if (both := _both(first, second)) is not None)
    # In turns, so that a mistake of another kind is tried before the third spelling of the likeliest one.
    turns = zip_longest(own, joined, scene.elsewhere() if scene.raised or scene.conflict.kind == "target" else ())
    fixes = _distinct(fix for turn in turns for fix in turn if fix is not None)
    around = scene.trace, scene.conflict
    return replace(diagnosis, fixes=fixes, history=history(*around), roots=roots(*around))


def _distinct(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    kept: dict[object, Fix] = {}
    for fix in fixes:
        kept.setdefault(fix.edits or fix.title, fix)
        if len(kept) >= MOST_CANDIDATES:
            break
    return tuple(kept.values())
