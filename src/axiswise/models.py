"""Check the modules and functions of a file that no script calls: each in a child process of its own."""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Report
from axiswise.frontends.choosing import TORCH
from axiswise.remembering import Memory, name_of, recalled, remember
from axiswise.replay import Outcome
from axiswise.runs import Runs, near, relative, target_of
from axiswise.sandbox import Sandbox
from axiswise.source.discovery import Definition, definitions, in_groups
from axiswise.source.inscribing import inscribed
from axiswise.source.text import SourceFile, Sources

EXAMINE = "axiswise.frontends.torch.models.job:examine"

MOST = 60
"""Modules and functions that are checked of one file."""


def check_models(path: str, target: str, ran: set[str], options: Options, sandbox: Sandbox) -> Report:
    """Check what a file defines that takes tensors and was not run yet, outer modules before those they are made of.

    Args:
        path: The file.
        target: The file as the user named it.
        ran: Names of classes and functions that are covered already.
        options: As for `check`.
        sandbox: A warm one.
    """
    report = Report()
    source = Sources().file(os.path.abspath(path))
    left = MOST

    def checked(each: Definition) -> tuple[Definition, Memory]:
        return each, check_model(path, each.name, f"{target}::{each.name}", options, sandbox, named=False)

    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for group in in_groups(modelled(source)) if source is not None else ():
            due = [each for each in group if each.name not in ran][:left]
            left -= len(due)
            for definition, found in pool.map(checked, due):
                (entry,) = found.report.targets
                if definition.takes_tensors is None and entry.status == "skipped" and not found.is_module:
                    continue  # only importing it could tell, and it told that this is none
                report = report.joined(found.report)
                if entry.status == "checked":
                    ran |= set(found.ran)
    return report


def check_model(path: str, name: str, target: str, options: Options, sandbox: Sandbox, *, named: bool = True) -> Memory:
    """Check one class or function of a file, or take up what was found of it while nothing has changed since.

    Args:
        path: The file.
        name: Of the class or function.
        target: What it is called in the report.
        options: As for `check`.
        sandbox: A warm one.
        named: Whether the user named it: then each of `options.inputs` has to be a parameter of it.
    """
    kept_as = name_of(path, f"{name} {target} {named}", options) if options.cache and not options.annotate else ""
    known = recalled(kept_as) if kept_as else None
    if known is not None:
        return known
    began = time.monotonic()
    payload = {"file": os.path.abspath(path), "name": name, "inputs": list(options.inputs), "named": named}
    runs = Runs(sandbox, EXAMINE, TORCH, payload, options.time_budget)
    base, findings = _examined(runs, began + options.time_budget)
    if not findings and (base.details or {}).get("is_part"):
        runs.payload |= {"pinned": None, "brief": False, "within": True}
        within, proved = _examined(runs, began + 2 * options.time_budget)
        if within.status == "checked" or proved:
            base, findings = within, proved
    likely = (base.details or {}).get("likely")
    if likely:
        proved = tuple(each for each in findings if each.fixes and each.fixes[0].verdict != "unverified")
        findings = proved or (findings[:1] if likely == "told" else ())
        if not findings:  # where no fix makes it run with the inputs that were thought to be meant, others were
            runs.payload |= {"pinned": None, "brief": False, "likely": False}
            base, findings = _examined(runs, began + options.time_budget)
    details = base.details or {}
    entry = target_of(target, base, time.monotonic() - began)
    source = Sources().file(os.path.abspath(path)) if options.annotate and entry.status == "checked" else None
    inscription = inscribed(source, name, entry.inputs) if source is not None else None
    if inscription is not None:
        entry = replace(entry, annotations=near(runs.harmless(base, inscription)))
    runs.close()
    report = Report((entry,), tuple(relative(each) for each in findings if options.wants(each.rule)))
    found = Memory(report, tuple(details.get("ran", ())), bool(details.get("is_module")))
    if kept_as and details and entry.seconds < options.time_budget:  # what ran out of time may come further another day
        remember(kept_as, found)
    return found


def _examined(runs: Runs, until: float) -> tuple[Outcome, tuple[Diagnosis, ...]]:
    """Return a module's run, and its findings with their fixes proved."""
    base = runs.once()
    runs.payload |= {"pinned": (base.details or {}).get("pinned"), "brief": True}
    return base, runs.proved(base, range(len(base.findings)), until - time.monotonic())


def modelled(source: SourceFile) -> list[Definition]:
    """Return the definitions of a file that may be checked by themselves."""
    return [each for each in definitions(source) if each.runs and each.takes_tensors is not False]


def only_defines(path: str) -> bool:
    """Return whether running a file does nothing but define: no statement of it is there to be run as a script."""
    source = Sources().file(os.path.abspath(path))
    return source is not None and bool(modelled(source)) and not any(_works(source.tree.body))


def _works(body: list[ast.stmt]) -> Iterator[bool]:
    for node in body:
        if isinstance(
            node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)
        ):
            continue
        if isinstance(node, ast.Expr):
            yield not isinstance(node.value, ast.Constant)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            yield any(isinstance(each, ast.Call) for each in ast.walk(node))
        elif isinstance(node, ast.Try):
            yield from _works(node.body)
        elif isinstance(node, ast.If):
            yield "__name__" in ast.unparse(node.test) or any(_works(node.body))
        else:
            yield True
