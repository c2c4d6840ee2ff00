"""Check scripts: run each in the sandbox on abstract tensors, prove the fixes, and report.

What `axiswise check` and `axiswise.check` do, without a word of output.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial, reduce
from pathlib import Path
from typing import Any, cast

from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Report, Target
from axiswise.frontends.choosing import TORCH, Warmth, family_of, warmth_of
from axiswise.origin import Span
from axiswise.replay import Outcome, Program
from axiswise.sandbox import Job, Limits, Sandbox, SandboxError
from axiswise.sandbox import Outcome as Ended
from axiswise.source.text import read_source
from axiswise.verify import verified
from axiswise.wire import from_wire

PROGRAM = "axiswise.frontends.program"
SLOW, MANY_MODULES = 2.0, 60
"""Seconds of a run, and modules it loaded, from which on its libraries are loaded once, before fixes are replayed."""


def check(targets: Sequence[str], options: Options | None = None, *, sandbox: Sandbox | None = None) -> Report:
    """Check scripts and return one report.

    Args:
        targets: Paths of Python scripts.
        options: Time budget, jobs and rule selection.
        sandbox: A warm one to use, for many checks from one process.

    Raises:
        SandboxError: No child process could be started at all.
    """
    options = options or Options()
    with ExitStack() as stack:
        opened: dict[Warmth, Sandbox] = {}
        reports: list[Callable[[], Report]] = []
        for target in targets:
            warmth = warmth_of(target)
            if (missing := _missing(warmth.family)) is not None:
                reports.append(partial(Report, (Target(target, "skipped", missing),)))
                continue
            if sandbox is None and warmth not in opened:
                opened[warmth] = stack.enter_context(warm_sandbox(warmth, options.time_budget))
            here = sandbox or opened[warmth]
            plain = warmth.family if warmth.modules and sandbox is None else ""
            reports.append(partial(_checked, target, options, here, plain))
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=max(1, options.jobs)))
        return reduce(Report.joined, pool.map(_made, reports), Report())


def _checked(target: str, options: Options, sandbox: Sandbox, plain: str) -> Report:
    """Check one script; where what it imports will not load without it, in a sandbox of the `plain` family."""
    try:
        return check_script(target, (), options, sandbox)
    except SandboxError:
        if not plain:
            raise
    with warm_sandbox(plain, options.time_budget) as bare:
        return check_script(target, (), options, bare)


def _made(report: Callable[[], Report]) -> Report:
    return report()


def warm_sandbox(wanted: Warmth | str, seconds: float) -> Sandbox:
    """Return a sandbox to be used as a context, in which what runs have in common is loaded once.

    Args:
        wanted: What a program's runs have in common, or only their family.
        seconds: Time of one run.
    """
    warmth = wanted if isinstance(wanted, Warmth) else Warmth(wanted)
    modules = [name for name in warmth.modules if importlib.util.find_spec(name) is not None]
    loaded = (f"axiswise.frontends.{warmth.family}.frontend:warm", *modules)
    return Sandbox(loaded, Limits(seconds=seconds), environment=dict(warmth.environment))


def _missing(family: str) -> str | None:
    """Return why no program of a family can be run here, or None."""
    needed = "torch" if family == TORCH else "numpy"
    return f"{needed} is not installed in this environment" if importlib.util.find_spec(needed) is None else None


def check_script(target: str, argv: Sequence[str], options: Options, sandbox: Sandbox) -> Report:
    """Check one script called with arguments, and return its report."""
    began = time.monotonic()
    path = os.path.abspath(target)
    runs = _Runs(sandbox, path, argv, options)
    base = runs.once()
    findings = list(_proved(base, range(len(base.findings)), runs, options, began))
    findings += _other_branches(base, findings, runs, options, began)
    kept = tuple(_relative(each) for each in findings if options.wants(each.rule))
    details = base.details or {}
    entry = Target(
        target,
        base.status,  # type: ignore[arg-type]
        base.reason,
        ops=base.ops,
        assumptions=tuple(details.get("assumptions", ())),
        seconds=time.monotonic() - began,
    )
    runs.close()
    return Report((entry,), kept)


def _proved(
    outcome: Outcome, only: Sequence[int], runs: _Runs, options: Options, began: float
) -> tuple[Diagnosis, ...]:
    if not only:
        return ()
    runs.warm_up(outcome)
    left = max(options.time_budget - (time.monotonic() - began), 1.0)
    program = Program(runs.each, lambda path: read_source(Path(path)))
    return verified(outcome, program, seconds=left, only=only)


def _other_branches(
    base: Outcome, findings: Sequence[Diagnosis], runs: _Runs, options: Options, began: float
) -> list[Diagnosis]:
    """Run once more with every branch that was decided once going the other way; return what is new."""
    decided = (base.details or {}).get("decided", [])
    if not decided or time.monotonic() - began > options.time_budget / 2:
        return []
    runs.flipped = decided
    other = runs.once()
    known = {(each.rule, each.raised_at) for each in (*base.findings, *findings)}
    fresh = [at for at, each in enumerate(other.findings) if (each.rule, each.raised_at) not in known]
    found = _proved(other, fresh, runs, options, began)
    return [each for each in found if (each.rule, each.raised_at) not in known]


class _Runs:
    """Runs of one script, in the shared sandbox or, where its libraries are slow to load, in one that has them warm."""

    def __init__(self, sandbox: Sandbox, path: str, argv: Sequence[str], options: Options) -> None:
        self.sandbox = sandbox
        self.path = path
        self.family = family_of(path)
        self.argv = list(argv)
        self.flipped: list[Any] = []
        self.limits = Limits(seconds=options.time_budget)
        self._own: Sandbox | None = None

    def _job(self, replaced: Mapping[str, str], fixes: bool) -> Job:
        payload = {
            "script": self.path,
            "argv": self.argv,
            "replaced": dict(replaced),
            "flipped": self.flipped,
            "fixes": fixes,
            "family": self.family,
        }
        return Job(f"{PROGRAM}:replay", payload, cwd=os.getcwd(), limits=self.limits)

    def once(self) -> Outcome:
        """Run the script as it is, with candidate fixes."""
        return next(self.each([{}], fixes=True))

    def each(self, copies: Sequence[Mapping[str, str]], *, fixes: bool = False) -> Iterator[Outcome]:
        """Run the script once for each set of replaced files."""
        jobs = (self._job(copy, fixes) for copy in copies)
        for outcome in (self._own or self.sandbox).iterate(jobs, parallel=2):
            yield _outcome(outcome)

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


def _outcome(run: Ended) -> Outcome:
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


def _relative(finding: Diagnosis) -> Diagnosis:
    """Return a finding with paths relative to the working directory where they can be."""
    return replace(
        finding,
        span=_near(finding.span),
        raised_at=_near(finding.raised_at),
        behind=_near(finding.behind),
        notes=tuple(replace(note, span=_near(note.span)) for note in finding.notes),
        fixes=tuple(
            replace(fix, edits=tuple(replace(edit, span=_near(edit.span) or edit.span) for edit in fix.edits))
            for fix in finding.fixes
        ),
    )


def _near(span: Span | None) -> Span | None:
    if span is None:
        return None
    relative = os.path.relpath(span.path)
    return span if relative.startswith("..") else replace(span, path=relative)
