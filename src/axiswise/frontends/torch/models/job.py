"""Check one module or function of a file: the job of the child process that `check` starts for it."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import torch

from axiswise.diagnosis import Note
from axiswise.facts import Trace
from axiswise.frontends import program
from axiswise.frontends.absent import absent
from axiswise.frontends.torch import calls, narrow
from axiswise.frontends.torch.frontend import TorchFrontend
from axiswise.frontends.torch.models.beginning import takes
from axiswise.frontends.torch.models.behind import Run, gone_on, is_doubtful, parted
from axiswise.frontends.torch.models.building import Plan, Unbuildable
from axiswise.frontends.torch.models.chosen import are_to_be_equal
from axiswise.frontends.torch.models.forms import forms
from axiswise.frontends.torch.models.inference import Inferred, resized, resumed
from axiswise.frontends.torch.models.limits import failed, why
from axiswise.frontends.torch.models.meant import Meant
from axiswise.frontends.torch.models.proofs import Budget
from axiswise.frontends.torch.models.rebuilding import MOST, rebuilt
from axiswise.frontends.torch.models.sending import sent
from axiswise.frontends.torch.models.specs import CallSpec, from_wire
from axiswise.frontends.torch.models.structures import plain_values
from axiswise.frontends.torch.models.subject import Subject
from axiswise.frontends.torch.models.symbols import symbolic_run
from axiswise.frontends.torch.models.trials import Trial
from axiswise.frontends.torch.models.unchanged import evaluates_alike, evaluating
from axiswise.frontends.torch.models.unified import explored
from axiswise.frontends.torch.models.within import part_of
from axiswise.sandbox import deliver
from axiswise.source.frames import UserCode
from axiswise.source.leaving_out import Leniency
from axiswise.source.text import Sources

SEARCHING = 20.0
"""Seconds in which inputs are looked for: of the processor, as all that follow; a busy machine finds as much."""


def examine(job: dict[str, Any]) -> dict[str, Any]:
    """Build a module, find out what it takes, run it, and say what failed and for which sizes it holds.

    Args:
        job: `file`, `name` (of the class or function), `within` (True: as a model of the project has it), `replaced`
            (texts of edited files by path), `fixes` (False: none are looked for), `inputs` (texts such as
            `x: Float[batch 512]`), `named` (whether each of them has to be a parameter), `likely` (False: what fails on
            inputs that were only meant is not told), `brief` (True: only the base call, for a fix), `pinned` (what an
            earlier run settled: `arguments` of the constructor, `call`, `whole`).

    Returns:
        As `axiswise.frontends.program.replay`; also `inputs`, `inferred`, `holds_for`, `tried_only` and `pinned`.
    """
    began = time.monotonic()
    sources = Sources(job.get("replaced"))
    frontend = program.begun(program.TORCH, UserCode(sources), frozenset())
    program.prepare(job["file"], (), frontend, leniency := Leniency())
    narrow.without_device()
    calls.on_one_device()
    return Examined(cast("TorchFrontend", frontend), sources, job, leniency).result(began)


EXPLORING = 0.5
"""Part of the time budget after which no more sizes are tried."""

REBUILDING = 15.0
"""Seconds in which other choices for a constructor are tried."""

MOST_REBUILT = 8
"""Choices that are changed one after the other."""

GOING_ON = 5.0
"""Seconds in which inputs are looked for with which a module goes on behind what fails for certain."""

RESIZING = 3.0
"""Seconds in which other sizes are looked for behind what a fix mended."""

FORMS = 4.0
"""Seconds in which the shape of one optional argument is looked for."""

ALL_FORMS = 0.1
"""Part of the time budget in which optional arguments are tried."""


class Examined(Subject):
    """What is found out of one module, step by step."""

    def result(self, began: float) -> dict[str, Any]:
        """Return what is sent to the parent; `began` is when the job did."""
        self.began = began
        status, reason = self.status()
        self.assumptions += [f"done without the package {each}, which is not installed" for each in absent()]
        undefined = self.leniency.told()[:1] if reason and "NameError" in reason else ()
        return sent(self, status, "; ".join((reason, *undefined)) if reason else None)

    def status(self) -> tuple[str, str | None]:
        """Take every step that can be taken; return how far it went, and why no further."""
        try:
            self.model = self._built()
            self.construction = self.frontend.trace
        except Unbuildable as error:
            return "partial" if self.findings else "skipped", str(error)
        except (Exception, SystemExit) as error:  # whatever the module's file raises as it is imported
            return program.what_ended(error, self.frontend)
        unknown = [name for name in self.given if self.job.get("named") and not takes(self.model, name)]
        if unknown:
            return "skipped", f"`{self.job['name']}` takes no argument `{unknown[0]}`"
        self.found = self._taken()
        if self.found is None:
            return "skipped", f"what `{self.job['name']}` takes cannot be told: its signature is not at hand"
        chosen = plain_values(self.found.trial.call.arguments)
        self.assumptions += [f"`{name}` taken as {said}" for name, said in chosen]
        trial = self.found.trial
        self.trace = trial.trace
        if self.found.meant is not None and self.job.get("likely", True) and not (self.given or self._is_made_up()):
            self._read_likely(self.found.meant, trial)
        if not trial.is_clean and (not self.found.settled or self._is_made_up()):
            return "partial", f"no inputs were found with which it runs: {why(trial)}"
        if self.found.several is not None and self.likely is None:
            return "partial", f"it was run with a batch of one only: {why(self.found.several)}"
        if self.likely is None:
            self._read(trial.trace)
        deliver(sent(self, "checked", None))  # what is known survives a search that hangs
        if trial.is_clean and self.likely is None:
            self._run_further(trial)
        if self.hidden is not None:
            return "partial", f"behind what fails, no inputs were found with which it goes on: {why(self.hidden)}"
        return ("partial", trial.ended) if trial.ended else ("checked", None)

    # -- the steps ----------------------------------------------------------------------------------------------------
    def _taken(self) -> Inferred | None:
        if "call" in self.pinned:
            return self._followed(self._tried(from_wire(self.pinned["call"])))
        found = self._inferred(self._glanced, SEARCHING)
        if found is not None and not found.settled and self.plan is not None:
            found = self._rebuilt(self.plan, found)
        if found is not None and found.settled and not found.trial.is_clean:
            trial, known = gone_on(self._tried(found.trial.call), self._tried, self._searched)
            trial, self.hidden = parted(trial, found.hinted, found.bound, known)
            found = replace(found, trial=trial)
        return found

    def _searched(self, run: Run) -> Trial | None:
        """Return a run that is clean, or fails with any inputs."""
        found = self._inferred(run, GOING_ON)
        return found.trial if found is not None and (found.trial.is_clean or found.settled) else None

    def _followed(self, trial: Trial) -> Inferred:
        """Return a run on inputs that were found before; on other sizes, where these are no more than a guess."""
        hinted, bound = (frozenset(self.pinned.get(name, ())) for name in ("hinted", "bound"))
        if "hinted" in self.pinned and trial.failures and is_doubtful(trial, hinted, bound):
            other = resized(trial, self._glanced, RESIZING, bound)
            trial = trial if other is None else self._tried(other.call)
        trial, self.hidden = parted(trial, hinted, bound)
        return Inferred(trial, 1, bound, settled=True, hinted=hinted)

    def _rebuilt(self, plan: Plan, found: Inferred) -> Inferred:
        """Build the module with other choices for as long as that gets further; keep what runs to its end.

        Where others were tried, and none gets any further, what fails is the fault of no choice.
        """
        first, until = (self.model, plan), time.process_time() + REBUILDING
        plan, best, told, tries = self._furthest(plan, found, until)
        is_over = time.process_time() > until
        if best is not found.trial and not best.is_clean and not is_over and self._is_built(plan):
            anew = self._inferred(self._glanced, until - time.process_time())
            best = anew.trial if anew is not None and anew.trial.is_clean else best
        conflict = found.trial.conflict
        is_equal = conflict is not None and are_to_be_equal(found.trial, conflict)
        if best.is_clean and not (is_equal and self.job.get("likely", True)):
            self.plan = plan
            self.assumptions = [*plan.assumptions, *told]
            return replace(found, trial=best, settled=True, meant=None)
        self.model, self.plan = first
        if best.is_clean:
            runs_as = " and ".join(each.partition(", ")[0] for each in told)
            return replace(found, trial=best, settled=True, meant=Meant(found.trial, is_told=False, runs_as=runs_as))
        return replace(found, settled=found.is_of_choice and best is found.trial and tries > 0 and not is_over)

    def _furthest(self, plan: Plan, found: Inferred, until: float) -> tuple[Plan, Trial, list[str], int]:
        """Return the plan by which a run gets furthest, that run, what the plan assumes, and how many were tried."""
        best, told, tries = found.trial, list[str](), 0
        for _ in range(MOST_REBUILT):
            for other, said in islice(rebuilt(plan, best, self.model), MOST):
                trial = self._run_on(other, best.call, until, found.bound) if time.process_time() < until else None
                tries += trial is not None
                if trial is not None and (trial.is_clean or trial.reach > best.reach):
                    plan, best, told = other, trial, [*told, *([said] if said else [])]
                    break
            else:
                break
            if best.is_clean:
                break
        return plan, best, told, tries

    def _is_built(self, plan: Plan) -> bool:
        """Build the module by a plan; return whether that can be done."""
        self.frontend.trace = Trace()
        try:
            with self.frontend.running(), self.frontend.unmended():
                built: torch.nn.Module = plan.built()
        except Exception:  # the user's constructor, on other numbers
            return False
        self.model = part_of(built, self.thing) if self.job.get("within") else built
        return self.model is not None

    def _run_on(self, plan: Plan, call: CallSpec, until: float, bound: frozenset[str]) -> Trial | None:
        """Return the best run of a module built anew, of calls that corrections of one lead to."""
        if not self._is_built(plan):
            return None
        construction = self.frontend.trace
        trial = resumed(call, self._glanced, max(until - time.process_time(), 1.0), bound)
        if trial.is_clean:
            self.construction = construction
        return trial

    def _read_likely(self, meant: Meant, found: Trial) -> None:
        """Keep what fails on the inputs that were meant, where the module runs with others only, or with none."""
        certain, _ = parted(
            self._tried(meant.trial.call), *((self.found.hinted, self.found.bound) if self.found else ((), ()))
        )
        self._read(certain.trace)
        self.likely = meant if self.findings else None
        note = Note(meant.told(found))
        fails = self.found is not None and self.found.settled and not found.is_clean  # with any input
        for key, finding in self.findings.items():
            severity = finding.severity if fails else "note"
            self.findings[key] = replace(finding, severity=severity, notes=(*finding.notes, note))

    def _run_further(self, trial: Trial) -> None:
        """Run the other forms of a call, evaluate as well as train, and look for the sizes it holds for."""
        call, brief = trial.call, self.job.get("brief")
        budget = float(self.job.get("seconds", 60.0))
        over = time.process_time() + ALL_FORMS * budget
        for form in () if brief else forms(self.model, call, self._glanced, FORMS, over):
            self._read(form.trace)
        if not isinstance(self.model, torch.nn.Module):
            return
        if not brief and not evaluates_alike(self.model, mode_read=trial.mode_read):
            with evaluating(self.model):
                self._read(self._tried(call).trace)
        until = self.began + EXPLORING * budget
        call, self.proof = explored(
            call,
            lambda call, free: symbolic_run(self.model, call, self.frontend, free, until=_half(until)),
            lambda call: failed(self._tried(call)),
            Budget(symbolic=1, concrete=3, until=until) if brief else Budget(until=until),
        )
        assert self.found is not None
        self.found = replace(self.found, trial=replace(trial, call=call))


def _half(until: float) -> float:
    """Return when half of the time that is left is over: what takes long on all symbols may go fast on some."""
    return until - max(until - time.monotonic(), 0.0) / 2
