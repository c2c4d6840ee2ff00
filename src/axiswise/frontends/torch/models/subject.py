"""The module or function of a job: how it is built, from its file or within a model around it, and how it is run."""

from __future__ import annotations

import inspect
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from axiswise.diagnosis import Diagnosis
from axiswise.engine import diagnoses
from axiswise.facts import Trace
from axiswise.frontends import program
from axiswise.frontends.torch.frontend import TorchFrontend
from axiswise.frontends.torch.models.behind import Run
from axiswise.frontends.torch.models.building import Plan, Unbuildable, is_as_written
from axiswise.frontends.torch.models.building import plan as planned
from axiswise.frontends.torch.models.choosing import parameters
from axiswise.frontends.torch.models.inference import Inferred, inferred
from axiswise.frontends.torch.models.meant import Meant
from axiswise.frontends.torch.models.numbers import Numbers, numbers_of, whole
from axiswise.frontends.torch.models.proofs import Proof
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.standing_in import has_function
from axiswise.frontends.torch.models.surroundings import Surroundings, defined
from axiswise.frontends.torch.models.symbols import decided_anew
from axiswise.frontends.torch.models.trials import Trial, tried
from axiswise.frontends.torch.models.within import builders, given_to, part_of
from axiswise.source.examples import Example
from axiswise.source.inputs import given_input
from axiswise.source.leaving_out import Leniency
from axiswise.source.project import Project
from axiswise.source.text import Sources

PATIENCE = 20.0
"""Seconds that a loop may go on for without anything new: a module's layers are no epochs, each of them counts."""

OUTSIDE = 10.0
"""Seconds in which inputs are looked for of a model around a part."""


class Subject:
    """One module or function, and what is known of it."""

    def __init__(
        self, frontend: TorchFrontend, sources: Sources, job: Mapping[str, Any], leniency: Leniency | None = None
    ) -> None:
        self.began = time.monotonic()
        self.leniency = leniency or Leniency()
        self.frontend = frontend
        self.sources = sources
        self.job = job
        self.pinned: Mapping[str, Any] = job.get("pinned") or {}
        frontend.steering.patience = PATIENCE
        self.given = dict(given_input(text) for text in job.get("inputs", ()))
        self.findings: dict[object, Diagnosis] = {}
        self.assumptions: list[str] = []
        self.construction = Trace()
        self.trace = Trace()
        self.plan: Plan | None = None
        self.found: Inferred | None = None
        self.proof: Proof | None = None
        self.model: Any = None
        self.examples: tuple[Example, ...] = ()
        self.begin: CallSpec | None = None
        self.around: Surroundings | None = None
        self.thing: Any = None
        self.likely: Meant | None = None
        self.hidden: Trial | None = None

    def is_built_elsewhere(self) -> bool:
        """Return whether a class of the project builds the module: it may tell what the module is, and is given."""
        if self.around is None or not isinstance(self.thing, type):
            return False
        return next(self.around.callers(self.thing), None) is not None

    # -- built ---------------------------------------------------------------------------------------------------------
    def _built(self) -> Any:
        """Return the module, built; or the function itself."""
        self.around = around = Surroundings(Project(self.job["file"], self.sources))
        with self.frontend.running():
            self.thing = thing = defined(self.job["file"], self.job["name"], self.leniency)
        if self.job.get("within"):
            return self._part(thing, around)
        with self.frontend.running():
            if not isinstance(thing, type):
                self.examples = around.examples(thing, None) if inspect.isfunction(thing) else ()
                return thing
            self.plan = planned(thing, around, self.pinned.get("arguments"))
            try:
                with self.frontend.unmended():
                    model = self.plan.built()
            except Unbuildable:
                model = self._built_on(self.plan)
            self.examples = around.examples(thing, self.plan.site)
        self.assumptions += self.plan.assumptions
        return model

    def _part(self, cls: type, around: Surroundings) -> torch.nn.Module:
        """Return a module as one around it has it, and find out what it is given there.

        Raises:
            Unbuildable: Nothing in the project that can be built has such a part.
        """
        with self.frontend.running():
            around_it = builders(cls, around)
        named = self.pinned.get("whole")
        for outer in (each for each in around_it if named in (None, each.__name__)):
            part = self._part_of(outer, cls, around)
            if part is not None:
                self.examples, self.frontend.trace = (), self.construction
                return part
        raise Unbuildable("no model around it can be built")

    def _part_of(self, outer: type, cls: type, around: Surroundings) -> torch.nn.Module | None:
        """Return the first module of a class within one that can be built, and keep what it is given there."""
        self.plan = plan = planned(outer, around, self.pinned.get("arguments"))
        self.frontend.trace = Trace()
        try:
            with self.frontend.running(), self.frontend.unmended():
                self.model = plan.built()
        except Unbuildable:
            return None
        part = part_of(self.model, cls)
        self.construction = self.frontend.trace
        if part is None:
            return None
        self.assumptions = [f"`{cls.__name__}` taken as `{outer.__name__}` has it", *plan.assumptions]
        self.examples = around.examples(outer, plan.site)
        found = self._inferred(self._glanced, OUTSIDE) if "call" not in self.pinned else None
        if found is not None and (found.trial.is_clean or found.settled):
            self.begin = given_to(part, partial(self._tried, found.trial.call))
        return part

    def _built_on(self, plan: Plan) -> Any:
        """Build a module whose own numbers do not go together, past what fails in it, which is kept.

        Raises:
            Unbuildable: It is not built even so, or a number that was chosen for it may be the wrong one.
        """
        self.frontend.trace = trace = Trace()
        try:
            model = plan.built()
        except Unbuildable as error:
            last = program.failure_of(error.__cause__, self.frontend)
            if last in trace.failures and (error.as_written or is_as_written(last)):  # then come other ways to build it
                self._read(replace(trace, failures=trace.failures[: trace.failures.index(last) + 1]))
            raise
        if plan.assumptions or not self.frontend.trace.failures:
            raise Unbuildable("the numbers chosen for its arguments do not go together: give them where it is built")
        self._read(self.frontend.trace)
        return model

    # -- run -----------------------------------------------------------------------------------------------------------
    def _inferred(self, run: Run, seconds: float) -> Inferred | None:
        begun = (self.begin,) if self.begin is not None else ()
        return inferred(self.model, self.sources, run, seconds, self._own_numbers(), self.given, self.examples, begun)

    def _is_made_up(self) -> bool:
        """Return whether what was chosen stands in the place of a module, or a function, that only the user knows."""
        if self.found is not None and has_function(self.found.trial.call.arguments):
            return True
        if self.plan is None:
            return False
        given = self.plan.arguments.values()
        chosen = any(isinstance(each.value, torch.nn.Module) and each.source == "guessed" for each in given)
        return chosen or self.plan.made_up

    def _own_numbers(self) -> Numbers:
        """Return the model's numbers by name: those that it keeps, and those that it was built with."""
        held: Numbers = numbers_of(self.model) if isinstance(self.model, torch.nn.Module) else {}
        if self.plan is None:
            return held
        defaults = {each.name: each.default for each in parameters(self.plan.cls)}
        given = {**defaults, **{name: each.value for name, each in self.plan.arguments.items()}}
        return {**{name: sizes for name, value in given.items() if (sizes := whole(value))}, **held}

    def _glanced(self, call: CallSpec) -> Trial:
        """Run on a call up to the first failure."""
        with decided_anew(self.frontend.steering):
            return tried(self.model, call, self.frontend, briefly=True)

    def _tried(self, call: CallSpec) -> Trial:
        with decided_anew(self.frontend.steering):
            return tried(self.model, call, self.frontend)

    def _read(self, trace: Trace) -> None:
        """Keep what a run's failures mean, each once."""
        whole, wants_fixes = trace.following(self.construction), bool(self.job.get("fixes", True))
        for finding in diagnoses(whole, self.sources, with_fixes=wants_fixes):
            if finding.silent and self._is_made_up():  # with the user's own network it may be right
                finding = replace(finding, severity="note")
            self.findings.setdefault((finding.rule, finding.raised_at), finding)
