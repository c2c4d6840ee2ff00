"""Experiments on a live module: what moves when something else is changed. `axiswise.audit`, without output."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from axiswise.alive import LOADED
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Report, Target
from axiswise.replay import Outcome, Program
from axiswise.runs import outcome_of, relative, target_of
from axiswise.sandbox import Limits
from axiswise.sandbox.inherited import run_inherited
from axiswise.source.text import read_source
from axiswise.verify import harmless, verified

JOB = "axiswise.frontends.torch.audit.job"
AFTER = 120.0
"""Seconds after which a program that still runs is audited."""


def audit(
    model: Any,
    batch: Any,
    *,
    causal: bool | None = None,
    batch_axis: int | None = None,
    seed: int = 0,
    options: Options | None = None,
) -> Report:
    """Run a module on changed copies of a batch, and report what moves that should not.

    Examples of a batch that reach each other, a later step that reaches an earlier output, padding that reaches valid
    outputs, an example that fares otherwise at another place of the batch. The module stays as it is.

    Args:
        model: A `torch.nn.Module`.
        batch: What it is called with: a tensor, a tuple of arguments, or a dictionary of them by name.
        causal: Whether an output may see no later step; None where the module's own name is to decide.
        batch_axis: Which axis of the inputs is the batch; None for axis 0, unless the module's runs speak for axis 1.
        seed: What random numbers begin with; the same one repeats a finding.
        options: Time budget and rule selection.

    Raises:
        SandboxError: This system cannot fork.
        TypeError: It is no module.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        raise TypeError("audit takes a torch.nn.Module and a batch for it")
    options = options or Options()
    began = time.monotonic()
    job = importlib.import_module(JOB)  # here, once, and not in each fork
    model, batch, moved = job.on_cpu(model, batch)
    payload = {"model": model, "batch": batch, "causal": causal, "batch_axis": batch_axis, "seed": seed, "moved": moved}
    return _audited(type(model).__name__, {**payload, "is_bound": False, "sure": True}, options, began)


def _replayed(
    findings: tuple[Diagnosis, ...], payload: Mapping[str, Any], base: Outcome, until: float
) -> tuple[Diagnosis, ...]:
    """Return findings with only those verified fixes that stand on abstract tensors too, where these can tell.

    The edited module is run once more, by the machinery that checks live modules, and may show nothing new there.
    """
    fixes = [fix for each in findings for fix in each.fixes if fix.edits and fix.verdict != "unverified"]
    taken: Mapping[str, str] = (base.details or {}).get("inputs", {})
    if not fixes or not all(name.isidentifier() for name in taken):
        return findings
    importlib.import_module(LOADED).load()

    def replay(copies: Sequence[Mapping[str, str]], *, fixes: bool = False) -> Iterator[Outcome]:
        for copy in copies:
            inputs = [f"{name}: {text}" for name, text in taken.items()]
            given = {**payload, "replaced": dict(copy), "inputs": inputs, "named": True, "fixes": fixes, "brief": True}
            limits = Limits(seconds=max(until - time.monotonic(), 1.0))
            yield outcome_of(run_inherited(f"{JOB}:abstract", given, limits))

    program = Program(replay, lambda path: read_source(Path(path)))
    before = program.once()
    if before.status != "checked":
        return findings  # it cannot be followed without data: the experiment alone stands
    fallen = {
        fix for fix in fixes if harmless(before, program, replace(fix, verdict="unverified")).verdict == "unverified"
    }
    return tuple(each.with_fixes(tuple(fix for fix in each.fixes if fix not in fallen)) for each in findings)


def remembered(spent: Callable[[], None]) -> Any:
    """Remember from now on what torch's modules are called with; torch is loaded already.

    Args:
        spent: Called once, when the program has run for a while.

    Returns:
        The calls, for `audit_calls`.
    """
    calls = importlib.import_module("axiswise.frontends.torch.audit.calls").Calls(spent, AFTER)
    calls.begin()
    return calls


def audit_calls(calls: Any, options: Options | None = None) -> Report:
    """Audit the modules that were called, each with its first batch, as long as the time budget lasts."""
    options = options or Options()
    job = importlib.import_module(JOB)
    calls.end()
    until = time.monotonic() + options.time_budget
    report = Report()
    for model, batch, is_loaded in calls.models():
        began = time.monotonic()
        name, left = type(model).__name__, until - began
        if left < 1.0:
            report = report.joined(Report((Target(name, "skipped", "the time budget was spent on other modules"),)))
            continue
        model, batch, moved = job.on_cpu(model, batch)
        axis = 0 if is_loaded else None
        payload = {"model": model, "batch": batch, "causal": None, "batch_axis": axis, "seed": 0, "moved": moved}
        own = replace(options, time_budget=left)
        report = report.joined(_audited(name, {**payload, "is_bound": True, "sure": is_loaded}, own, began))
    return report


def _audited(name: str, payload: Mapping[str, Any], options: Options, began: float) -> Report:
    limits = Limits(seconds=options.time_budget)

    def replay(copies: Sequence[Mapping[str, str]], *, fixes: bool = False) -> Iterator[Outcome]:
        for copy in copies:
            given = {**payload, "replaced": dict(copy), "fixes": fixes, "seconds": 0.8 * options.time_budget}
            yield outcome_of(run_inherited(f"{JOB}:experiment", given, limits))

    base = next(replay([{}], fixes=True))
    program = Program(replay, lambda path: read_source(Path(path)))
    left = max(began + options.time_budget - time.monotonic(), 1.0)
    findings = verified(base, program, seconds=left) if base.findings else ()
    findings = _replayed(findings, payload, base, began + options.time_budget)
    entry = target_of(name, base, time.monotonic() - began)
    entry = replace(entry, tried_only="")
    return Report((entry,), tuple(relative(each) for each in findings if options.wants(each.rule)))
