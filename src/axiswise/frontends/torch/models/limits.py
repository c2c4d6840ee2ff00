"""Where the limits of a module's sizes come from: what failed beyond each, and the place of the number in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from axiswise.diagnosis import Diagnosis, Limit, Note
from axiswise.engine import diagnoses
from axiswise.facts import Trace
from axiswise.frontends.torch.models.claims import numbers_in
from axiswise.frontends.torch.models.ideas import is_made_up
from axiswise.frontends.torch.models.proofs import Constraint, Proof
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.origin import Span
from axiswise.source.text import Sources

_SOURCE = re.compile(r"(?:comes from|is \w+ of) (.+?) at \S+$")
"""How a note names what a size came from."""


def failed(trial: Trial) -> Trial | None:
    """Return a run that failed, None for a clean one."""
    return None if trial.is_clean else trial


def why(trial: Trial) -> str:
    """Return what a run failed by, in one line."""
    if trial.failures:
        failure = trial.failures[0]
        first = failure.message.splitlines()[0] if failure.message else ""
        return (f"{failure.type}: {first}" if failure.type else first)[:200]
    return trial.ended


def limits(proof: Proof, sources: Sources, construction: Trace) -> Iterator[Limit]:
    """Yield the limits that were met, each with a counterexample; an axis that is just one number has none.

    Args:
        proof: For which sizes the module works; what failed beyond are its failed trials.
        sources: The user's files.
        construction: The run in which the module was built.
    """
    seen: dict[int, Diagnosis | None] = {}
    for constraint in proof.constraints:
        words = set(re.findall(r"[^\W\d]\w*", constraint.text))
        if not words & proof.numbers.keys():
            trial: Any = constraint.finding
            if id(trial) not in seen:  # one run may be the counterexample of several limits
                found = diagnoses(trial.trace.following(construction), sources, with_fixes=False)
                seen[id(trial)] = next(iter(found), None)
            yield _limit(constraint, words, trial, seen[id(trial)])


def _limit(constraint: Constraint, words: set[str], trial: Trial, found: Diagnosis | None) -> Limit:
    sizes = {name: size for name, size in constraint.sizes.items() if name in words}
    if found is None:
        return Limit(constraint.text, sizes, why(trial))
    source, span = _place(found, numbers_in(constraint.text))
    return Limit(constraint.text, sizes, found.message, source, span)


def _place(found: Diagnosis, numbers: list[int]) -> tuple[str, Span | None]:
    """Return what brought a limit's number in, and where; where it failed, if no note knows the number."""
    for note in found.notes:
        if note.span is not None and any(_speaks_of(note, number) for number in numbers):
            said = _SOURCE.search(note.message)
            return said[1] if said else "", note.span
    return "", found.raised_at or found.span


def _speaks_of(note: Note, number: int) -> bool:
    return re.match(rf"{number}\b", note.message) is not None


def made_up_lengths(call: CallSpec, proof: Proof) -> list[str]:
    """Return the axes that can only have the size that was made up for them, which the model asks for by chance."""
    axes = dict.fromkeys(axis for _, spec in call.tensors() for axis in spec.axes if is_made_up(axis))
    claimed = {f"{axis.name} <= {axis.size}": axis.name for axis in axes}  # a table as long as the length
    equal = [axis.name for axis in axes if proof.numbers.get(axis.name) == axis.size]
    return [*equal, *(name for text, name in claimed.items() if text in proof.holds_for)]
