"""Runs of one target in a sandbox: as it is, and with files replaced for the replay of fixes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from axiswise.diagnosis import Diagnosis, Fix, Target
from axiswise.origin import Span
from axiswise.replay import Outcome, Program
from axiswise.sandbox import Job, Limits, Sandbox, SandboxError
from axiswise.sandbox import Outcome as Ended
from axiswise.source.text import read_source
from axiswise.verify import harmless, verified
from axiswise.wire import from_wire, limit_from_wire

PROGRAM = "axiswise.frontends.program"
SLOW, MANY_MODULES = 2.0, 60
"""Seconds of a run, and modules it loaded, from which on its libraries are loaded once, before fixes are replayed."""


class Runs:
    """Runs of one target, in the shared sandbox or, where its libraries are slow to load, in one that has them warm.

    Attributes:
        payload: What the job is told beside the files that are replaced; more may be added between runs.
    """

    def __init__(self, sandbox: Sandbox, job: str, family: str, payload: Mapping[str, Any], seconds: float) -> None:
        self.sandbox = sandbox
        self.job = job
        self.family = family
        self.payload = dict(payload)
        self.limits = Limits(seconds=seconds)
        self._own: Sandbox | None = None

    def _job(self, replaced: Mapping[str, str], fixes: bool) -> Job:
        payload = {**self.payload, "replaced": dict(replaced), "fixes": fixes}
        return Job(self.job, payload, cwd=os.getcwd(), limits=self.limits)

    def once(self) -> Outcome:
        """Run the target as it is, with candidate fixes."""
        return next(self.each([{}], fixes=True))

    def each(self, copies: Sequence[Mapping[str, str]], *, fixes: bool = False) -> Iterator[Outcome]:
        """Run the target once for each set of replaced files."""
        jobs = (self._job(copy, fixes) for copy in copies)
        for outcome in (self._own or self.sandbox).iterate(jobs, parallel=2):
            yield outcome_of(outcome)

    def proved(self, outcome: Outcome, only: Sequence[int], seconds: float) -> tuple[Diagnosis, ...]:
        """Return some of a run's findings with their fixes proved."""
        if not only:
            return ()
        self.warm_up(outcome)
        program = Program(self.each, lambda path: read_source(Path(path)))
        return verified(outcome, program, seconds=max(seconds, 1.0), only=only)

    def harmless(self, outcome: Outcome, fix: Fix) -> Fix:
        """Return an edit that is to mend nothing with its verdict."""
        return harmless(outcome, Program(self.each, lambda path: read_source(Path(path))), fix)

    def warm_up(self, first: Outcome) -> None:
        """Load the script's libraries into a warm process, where that pays for the replays to come."""
        details = first.details or {}
        modules = details.get("modules", [])
        if self._own is None and details.get("seconds", 0.0) > SLOW and len(modules) > MANY_MODULES:
            loaded = (f"axiswise.frontends.{self.family}.frontend:warm", *modules)
            self._own = Sandbox(loaded, self.limits, environment=details.get("environment"))
            try:
                self._own.run(Job(f"{PROGRAM}:ready"))
            except SandboxError:
                self.close()  # a library that will not load without its program: replays load it themselves

    def close(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None


def outcome_of(run: Ended) -> Outcome:
    """Return what a child reported, or why it did not."""
    result = run.result
    if not isinstance(result, dict):
        return Outcome("failed", (), 0, _reason(run))
    sent = cast("dict[str, Any]", result)
    findings = tuple(from_wire(each) for each in sent["findings"])
    status, reason = sent["status"], sent["reason"]
    if run.ended != "returned":
        status, reason = "partial", reason or _reason(run)
    if run.refused and status != "checked":
        reason = f"{reason}; {run.refused[0]}" if reason else run.refused[0]
    return Outcome(status, findings, sent["ops"], reason, sent)


def _reason(run: Ended) -> str:
    words = {
        "timeout": "the time budget ran out",
        "memory": "the memory limit was reached",
        "killed": "the program was killed",
        "exited": "the program ended its own process",
        "raised": "axiswise itself failed, please report it",
    }.get(run.ended, run.ended)
    return f"{words}: {run.detail}" if run.detail else words


def target_of(name: str, outcome: Outcome, seconds: float) -> Target:
    """Return what became of a module or function that was run by itself."""
    details = outcome.details or {}
    limits = (limit_from_wire(each) for each in details.get("limits", ()))
    return Target(
        name,
        outcome.status,  # type: ignore[arg-type]
        outcome.reason,
        inputs=details.get("inputs", {}),
        inferred=bool(details.get("inferred")),
        holds_for=tuple(details.get("holds_for", ())),
        limits=tuple(replace(each, span=_near(each.span)) for each in limits),
        tried_only=details.get("why_tried", "") if details.get("tried_only") else "",
        ops=outcome.ops,
        assumptions=tuple(details.get("assumptions", ())),
        seconds=seconds,
    )


def relative(finding: Diagnosis) -> Diagnosis:
    """Return a finding with paths relative to the working directory where they can be."""
    return replace(
        finding,
        span=_near(finding.span),
        raised_at=_near(finding.raised_at),
        behind=_near(finding.behind),
        notes=tuple(replace(note, span=_near(note.span)) for note in finding.notes),
        fixes=tuple(near(fix) for fix in finding.fixes),
    )


def near(fix: Fix) -> Fix:
    """Return a fix with paths relative to the working directory where they can be."""
    return replace(fix, edits=tuple(replace(edit, span=_near(edit.span) or edit.span) for edit in fix.edits))


def _near(span: Span | None) -> Span | None:
    if span is None:
        return None
    relative = os.path.relpath(span.path)
    return span if relative.startswith("..") else replace(span, path=relative)
