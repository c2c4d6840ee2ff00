"""Prove fixes: apply each candidate to a copy of the source, replay it, and set the verdict by what happened.

This is the only place that sets a verdict. A candidate stands when its replay reaches as far as the program goes, its
own finding is gone, and no finding of any kind is new. Where an error ends the program and only uncovers others, those
are proved on the edited copy in their turn; the candidate stands when it does so together with their fixes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from axiswise.diagnosis import Diagnosis, Fix, Note
from axiswise.origin import Span
from axiswise.replay import Outcome, Program, Trial
from axiswise.source.scene import relocated
from axiswise.source.shift import Shift

ENOUGH = 4
"""Verified fixes of one finding after which no further candidate is tried."""
DEEPEST = 3
"""Errors, each behind the one before, that end the program and are looked behind."""
UNCOVERING = 2
"""Copies of the program, past the first such error, that are searched for what lies behind it."""


def verified(
    original: Outcome, program: Program, *, seconds: float, only: Iterable[int] | None = None
) -> tuple[Diagnosis, ...]:
    """Return an outcome's findings with their fixes proved, ranked, and the findings at their fix's place.

    Where one of them ends the program, what was found behind it follows it.

    Args:
        original: What the unchanged program showed.
        program: The program.
        seconds: Time after which the remaining candidates stay unverified.
        only: Positions of the findings that are asked for; all of them where None.
    """
    asked = range(len(original.findings)) if only is None else only
    search = _Search(original, program, time.monotonic() + seconds, DEEPEST)
    return tuple(relocated(each) for each in search.proved(asked))


def harmless(original: Outcome, program: Program, fix: Fix) -> Fix:
    """Return an edit that is to mend nothing with its verdict: the copy goes as far, with no finding that is new."""
    copy = program.edited(fix.edits)
    after = copy.once() if copy is not None else None
    if after is None or after.status != original.status or Trial(fix, original, after).new:
        return fix
    return replace(fix, verdict="verified")


@dataclass(frozen=True, slots=True)
class _Proof:
    """What became of one finding's fixes.

    Attributes:
        fixes: Those that stand, best first; where none does, those worth showing.
        gone: Positions of the findings that vanish with the best one.
        behind: What the best one uncovers, each with a fix that stands together with it.
    """

    fixes: tuple[Fix, ...]
    gone: frozenset[int] = frozenset()
    behind: tuple[Diagnosis, ...] = ()


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for fixes of what one run of a program, or of a copy of it, showed.

    Attributes:
        original: What it showed.
        program: The program or the copy.
        deadline: When to stop.
        depth: How many errors that end the program may still be looked behind.
    """

    original: Outcome
    program: Program
    deadline: float
    depth: int

    def proved(self, positions: Iterable[int]) -> list[Diagnosis]:
        """Return findings with their fixes proved, each root once, and what lies behind them."""
        done: list[Diagnosis] = []
        explained: set[int] = set()
        helpless: dict[int, int] = {}
        unproved: set[Span | None] = set()
        for position in positions:
            finding = self.original.findings[position]
            if position in explained:
                continue
            if finding.follows is not None and finding.follows in unproved:
                # It worked on a stand-in that no fix bears out: a symptom, as far as anyone can tell.
                unproved.add(finding.raised_at)
                continue
            proof = self._prove(position)
            # What vanishes together with this finding, under its best fix, has the same root.
            explained |= {other for other in proof.gone if other > position}
            first = min((other for other in proof.gone if other in helpless), default=None)
            if first is not None:
                # An earlier finding for which no fix of its own stood: this is its mending.
                done[helpless.pop(first)] = self.original.findings[first].with_fixes(proof.fixes)
                done += proof.behind
                continue
            finding = finding.with_fixes(proof.fixes)
            again = next((place for place in helpless.values() if _is_same(done[place], finding)), None)
            if again is not None and not _is_proved(finding):
                unproved.add(finding.raised_at)
                done[again] = _told_again(done[again], finding)
                continue
            if not _is_proved(finding):
                unproved.add(finding.raised_at)
                helpless[position] = len(done)
            done += [_telling(finding, len(proof.behind), self.original.is_ended_by(finding)), *proof.behind]
        return self._afterwards(done, helpless)

    def _afterwards(self, done: list[Diagnosis], helpless: Mapping[int, int]) -> list[Diagnosis]:
        """Look once more at the findings that nothing mended (position to place), as they are once the others are."""
        mended = [each for each in done if _is_proved(each) and each.behind is None]
        edits = tuple(dict.fromkeys(edit for each in mended for edit in _applied(each).edits))
        copy = self.program.edited(edits) if helpless and edits else None
        if copy is None or time.monotonic() > self.deadline:
            return done
        trial = Trial(Fix("", edits), self.original, copy.once(fixes=True))
        shift, explained = Shift(edits), set[int]()
        for position, place in helpless.items():
            left = trial.counterpart(position)
            if left is None and trial.after.status == "checked":
                explained.add(place)
            if left is None or trial.after.findings[left].message == self.original.findings[position].message:
                continue
            proof = replace(self, original=trial.after, program=copy, depth=0)._prove(left)
            found = shift.finding_before(trial.after.findings[left].with_fixes(proof.fixes))
            if _is_proved(found):
                done[place] = replace(found, notes=(*found.notes, Note("as it is once the other findings are mended")))
        return [each for place, each in enumerate(done) if place not in explained]

    def _prove(self, position: int) -> _Proof:
        finding = self.original.findings[position]
        advice = [fix for fix in finding.fixes if not fix.edits]
        copies = ((fix, self.program.edited(fix.edits)) for fix in finding.fixes if fix.edits)
        usable = [(fix, copy) for fix, copy in copies if copy is not None]
        standing: list[tuple[Fix, Trial]] = []
        falling: list[tuple[Trial, Program]] = []
        untried = [fix for fix, _ in usable]
        outcomes = self.program.each([copy for _, copy in usable])
        for (fix, copy), outcome in zip(usable, outcomes, strict=False):
            untried.remove(fix)
            trial = Trial(fix, self.original, outcome)
            if trial.stands(position):
                standing.append((self._verified(trial), trial))
            else:
                falling.append((trial, copy))
            if len(standing) >= ENOUGH or time.monotonic() > self.deadline:
                break
        if standing:
            standing.sort(key=lambda pair: -pair[0].evidence)
            return _Proof((*(fix for fix, _ in standing), *advice), frozenset(standing[0][1].gone))
        chained = self._uncovering(position, falling)
        if chained is not None:
            return replace(chained, fixes=(*chained.fixes, *advice))
        rest = [*untried[:2], *(trial.fix for trial, _ in falling if trial.fix.choice)][:2]
        return _Proof((*rest, *advice))

    def _verified(self, trial: Trial) -> Fix:
        holds_for = trial.after.holds_for or self.original.holds_for
        verdict = "verified-for-example" if trial.after.is_example else "verified"
        return replace(trial.fix, verdict=verdict, holds_for=holds_for, evidence=_rank(trial))

    def _uncovering(self, position: int, falling: Sequence[tuple[Trial, Program]]) -> _Proof | None:
        """Return the proof of a fix that stands together with those of what it uncovers, or None."""
        if not self.depth:
            return None
        ended = self.original.is_ended_by(self.original.findings[position])
        further = [
            (trial, copy)
            for trial, copy in falling
            if trial.gets_further(position) and (ended or trial.stays_at(position))
        ]
        further.sort(key=lambda pair: -_rank(pair[0]))
        for trial, copy in further[: UNCOVERING if self.depth == DEEPEST else 1]:
            if time.monotonic() > self.deadline:
                return None
            proof = self._together(position, trial.fix, copy)
            if proof is not None:
                return proof
        return None

    def _together(self, position: int, fix: Fix, copy: Program) -> _Proof | None:
        """Return the proof of a fix together with the best fixes of what its copy shows, or None."""
        trial = Trial(fix, self.original, copy.once(fixes=True))
        below = replace(self, original=trial.after, program=copy, depth=self.depth - 1).proved(trial.new)
        shift, changed = Shift(fix.edits), Shift(self.program.narrowed(fix.edits))
        behind: list[Diagnosis] = []
        edits = dict.fromkeys(fix.edits)
        runs_on = self.original.findings[position].silent
        for each in below:
            if not _is_proved(each) or (runs_on and not each.silent):  # what ran on must not end by its own mending
                return None
            # What comes of the first edit, or is best mended by changing it again, is the same error, moved.
            if any(changed.is_new(span) for span in each.history) or shift.fix_before(each.fixes[0]) is None:
                return None
            found = shift.finding_before(each)
            edits |= dict.fromkeys(_applied(found).edits)
            behind.append(_placed(found, self.original.findings[position].raised_at))
        combined = self.program.edited(edits)
        if combined is None:
            return None
        trial = Trial(replace(fix, edits=tuple(edits)), self.original, combined.once())
        if not trial.stands(position):
            return None
        proved = replace(self._verified(trial), edits=fix.edits, holds_for=trial.after.holds_for)
        return _Proof((proved,), frozenset(trial.gone), tuple(behind))


def _is_proved(finding: Diagnosis) -> bool:
    return any(fix.edits and fix.verdict != "unverified" for fix in finding.fixes)


def _is_same(one: Diagnosis, other: Diagnosis) -> bool:
    """Return whether two findings are of one fault whose sizes were made at the same two places."""
    return one.rule == other.rule and bool(one.roots) and one.roots == other.roots


def _told_again(finding: Diagnosis, again: Diagnosis) -> Diagnosis:
    """Return a finding that says where the same two sizes meet once more."""
    return replace(finding, notes=(*finding.notes, Note("the same two sizes meet again", again.raised_at)))


def _applied(finding: Diagnosis) -> Fix:
    """Return the fix of a proved finding that is taken with others: the best one that leaves nothing to choose."""
    standing = [fix for fix in finding.fixes if fix.edits and fix.verdict != "unverified"]
    return next((fix for fix in standing if not fix.choice), standing[0])


def _rank(trial: Trial) -> float:
    """Return how good a fix is: its own evidence, what else it mends or uncovers, what it upsets, its length."""
    fix = trial.fix
    size = sum(len(edit.text) for edit in fix.edits)
    mended = len(trial.gone) - len(trial.new)
    return fix.evidence + 0.75 * mended - min(0.1 * trial.upset, 0.5) - 0.002 * size - (1.0 if fix.choice else 0.0)


def _telling(finding: Diagnosis, behind: int, ended: bool) -> Diagnosis:
    """Return a finding that says how many others its fix was verified with."""
    if not behind:
        return finding
    others = f"those of the {behind} findings" if behind > 1 else "that of the finding"
    note = Note(f"{'it ends the program; ' if ended else ''}its fix is verified together with {others} behind it")
    return replace(finding, notes=(*finding.notes, note))


def _placed(finding: Diagnosis, ended: Span | None) -> Diagnosis:
    """Return a finding from behind an error, telling behind which."""
    if finding.behind is not None:
        return finding
    same = finding.raised_at == ended
    note = Note("hidden by the finding above, which the same line raises") if same else Note("behind the error", ended)
    return replace(finding, behind=ended, notes=(*finding.notes, note))
