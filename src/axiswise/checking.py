"""Check scripts and models: run each in the sandbox on abstract tensors, prove the fixes, and report.

What `axiswise check` and `axiswise.check` do, without a word of output.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial, reduce
from typing import Any, cast

from axiswise.alive import check_live
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Report, Target
from axiswise.frontends.choosing import TORCH, Warmth, family_of, warmth_of
from axiswise.models import check_model, check_models, only_defines
from axiswise.replay import Outcome
from axiswise.runs import PROGRAM, Runs, relative
from axiswise.sandbox import Limits, Sandbox, SandboxError
from axiswise.targets import named, part_of


def check(
    targets: Sequence[str] | Any, options: Options | None = None, *, sandbox: Sandbox | None = None, **inputs: str
) -> Report:
    """Check scripts and models, and return one report.

    Args:
        targets: Files, `file.py::Net`, `package.module:Net`, folders. Or a `torch.nn.Module`, which stays as it is.
        options: Time budget, jobs, inputs and rule selection.
        sandbox: A warm one to use, for many checks from one process.
        inputs: Arguments of the module in jaxtyping's grammar (`x="Float[batch time 512]"`); else they are inferred.

    Raises:
        SandboxError: No child process could be started at all.
        TypeError: It is neither paths nor a module.
        ValueError: A path or a part of a file stands for nothing.
    """
    options = options or Options()
    if _is_module(targets):
        return check_live(targets, inputs, options)
    if isinstance(targets, str) or not isinstance(targets, Sequence) or inputs:
        raise TypeError("check takes a list of paths, or one torch.nn.Module and its inputs by name")
    targets = named(cast("Sequence[str]", targets))
    # What is left of the jobs when each target has one goes to the models of a target.
    each = replace(options, jobs=max(1, options.jobs // max(1, len(targets))))
    with ExitStack() as stack:
        opened: dict[Warmth, Sandbox] = {}
        reports: list[Callable[[], Report]] = []
        for target in targets:
            path, part = part_of(target)
            warmth = warmth_of(path) if not part else Warmth(TORCH)
            if (missing := _missing(warmth.family)) is not None:
                reports.append(partial(Report, (Target(target, "skipped", missing),)))
                continue
            if sandbox is None and warmth not in opened:
                opened[warmth] = stack.enter_context(warm_sandbox(warmth, options.time_budget))
            here = sandbox or opened[warmth]
            plain = warmth.family if warmth.modules and sandbox is None else ""
            reports.append(partial(_checked, target, each, here, plain))
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=max(1, options.jobs)))
        return reduce(Report.joined, pool.map(_made, reports), Report())


def _is_module(value: Any) -> bool:
    """Return whether a value is a module of torch's; nothing is loaded to tell."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _checked(target: str, options: Options, sandbox: Sandbox, plain: str) -> Report:
    """Check one target; where what it imports will not load without it, in a sandbox of the `plain` family."""
    try:
        return _whole(target, options, sandbox)
    except SandboxError:
        if not plain:
            raise
    with warm_sandbox(plain, options.time_budget) as bare:
        return _whole(target, options, bare)


def _whole(target: str, options: Options, sandbox: Sandbox) -> Report:
    """Check a file as a script, and then what it defines and did not run; or the part of it that is named."""
    path, part = part_of(target)
    if part:
        return check_model(path, part, target, options, sandbox).report
    if family_of(path) != TORCH:
        return check_script(path, (), options, sandbox)
    if only_defines(path):
        return check_models(path, target, set(), options, sandbox)
    report, outcome = _script(path, (), options, sandbox)
    ran = set((outcome.details or {}).get("ran", ()))
    models = check_models(path, target, ran, options, sandbox)
    known = {(each.rule, each.raised_at) for each in report.findings}
    fresh = tuple(each for each in models.findings if (each.rule, each.raised_at) not in known)
    if models.targets and outcome.status == "checked" and not outcome.ops:
        return models  # running the file defines, and does nothing else
    return report.joined(Report(models.targets, fresh))


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
    return _script(target, argv, options, sandbox)[0]


def _script(target: str, argv: Sequence[str], options: Options, sandbox: Sandbox) -> tuple[Report, Outcome]:
    """Check one script; return its report, and what its own run showed."""
    began = time.monotonic()
    path = os.path.abspath(target)
    family = family_of(path)
    payload = {"script": path, "argv": list(argv), "flipped": [], "family": family}
    runs = Runs(sandbox, f"{PROGRAM}:replay", family, payload, options.time_budget)
    base = runs.once()
    left = began + options.time_budget - time.monotonic()
    findings = list(runs.proved(base, range(len(base.findings)), left))
    findings += _other_branches(base, findings, runs, options, began)
    kept = tuple(relative(each) for each in findings if options.wants(each.rule))
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
    return Report((entry,), kept), base


def _other_branches(
    base: Outcome, findings: Sequence[Diagnosis], runs: Runs, options: Options, began: float
) -> list[Diagnosis]:
    """Run once more with every branch that was decided once going the other way; return what is new."""
    decided = (base.details or {}).get("decided", [])
    if not decided or time.monotonic() - began > options.time_budget / 2:
        return []
    runs.payload["flipped"] = decided
    other = runs.once()
    known = {(each.rule, each.raised_at) for each in (*base.findings, *findings)}
    fresh = [at for at, each in enumerate(other.findings) if (each.rule, each.raised_at) not in known]
    found = runs.proved(other, fresh, began + options.time_budget - time.monotonic())
    return [each for each in found if (each.rule, each.raised_at) not in known]
