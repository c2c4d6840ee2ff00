"""Find out what a module takes: begin with an idea, run, correct what goes back to a guess, run again.

The first call that runs to its end is taken. Where none does, the one that got furthest is: what is then left to fail
goes back to no guess, or to one for which no size would do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import Any

import torch

from axiswise.frontends.torch.models.asked import asked_of
from axiswise.frontends.torch.models.beginning import (
    combined,
    compared_first,
    forward_of,
    offered,
    parameters_of,
    written,
)
from axiswise.frontends.torch.models.behind import Run, is_resized
from axiswise.frontends.torch.models.changing import agreeing
from axiswise.frontends.torch.models.chosen import is_of_choice
from axiswise.frontends.torch.models.compared import as_predicted
from axiswise.frontends.torch.models.corrections import corrected
from axiswise.frontends.torch.models.doubts import in_doubt
from axiswise.frontends.torch.models.entangled import is_entangled, may_be_square
from axiswise.frontends.torch.models.exemplified import exemplified
from axiswise.frontends.torch.models.freed import freed
from axiswise.frontends.torch.models.frozen import batches, of_batch, of_one
from axiswise.frontends.torch.models.further import gets_past, progress
from axiswise.frontends.torch.models.held import is_held
from axiswise.frontends.torch.models.hinted import batch_of, hinted
from axiswise.frontends.torch.models.ideas import FIRST_SIDES, ideas, is_told
from axiswise.frontends.torch.models.keyed import keyed
from axiswise.frontends.torch.models.meant import Meant, meant, shown, usual
from axiswise.frontends.torch.models.numbers import Numbers, first_sides, numbered, suited
from axiswise.frontends.torch.models.optional import completed, first_of
from axiswise.frontends.torch.models.plainly import plainly
from axiswise.frontends.torch.models.reconsidering import reconsidered
from axiswise.frontends.torch.models.refused import refused
from axiswise.frontends.torch.models.singly import meets_the_batch, takes_the_batch
from axiswise.frontends.torch.models.solving import solved
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.structures import Structures, holds, usual_number
from axiswise.frontends.torch.models.trials import Trial
from axiswise.source.examples import Example
from axiswise.source.shape_hints import ShapeHint, shape_hints
from axiswise.source.text import Sources

ROUNDS = 14
"""Corrections in a row."""
TURNS = 10
"""Corrections that are tried for one failure."""
PERSISTING = 5
"""Corrections in a row of a change that comes less far at first."""
LIKELY = 0.6
"""The part of the time in which likely inputs are looked for; the rest is for others, and for what settles a fault."""
LAST = 8.0
"""Seconds in which less likely inputs are looked for."""
NARROWING = 4.0
"""Seconds that are left to find out which axes of an input can have no other size."""
MOST = 24
"""Combinations of ideas that are begun with."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """What a module takes, as far as it was found out.

    Attributes:
        trial: The best run.
        tried: How many runs it took.
        bound: Parameters whose shape an annotation gives.
        settled: False where the inputs are still in doubt: what failed may be their fault.
        is_of_choice: Whether they are so only as long as the module may be built otherwise.
        meant: The run on what the module was meant to take, as far as that is told, where it fails with just that.
        several: The best run on several examples, where the module runs on a single one only.
        hinted: Parameters whose axes a text names.
    """

    trial: Trial
    tried: int
    bound: frozenset[str]
    settled: bool
    meant: Meant | None = None
    several: Trial | None = None
    hinted: frozenset[str] = frozenset()
    is_of_choice: bool = False


def inferred(
    model: Any,
    sources: Sources,
    run: Run,
    seconds: float,
    numbers: Numbers,
    given: Mapping[str, ShapeHint] | None = None,
    examples: Sequence[Example] = (),
    begun: Sequence[CallSpec] = (),
) -> Inferred | None:
    """Return what a module or a function takes, or None where no call can be made up at all.

    Args:
        model: The module, or a function of tensors.
        sources: The user's files.
        run: Runs it on a call.
        seconds: How long may be searched.
        numbers: Numbers of the model's own by name.
        given: What the user says that parameters are given, by name; other names than parameters' are left out.
        examples: Calls of it in the project.
        begun: Calls that are begun with.
    """
    function = forward_of(model)
    parameters = parameters_of(function, given or {})
    if parameters is None:
        return None
    source, tree = written(function, sources)
    hints = {**(shape_hints(source, tree) if source is not None and tree is not None else {}), **(given or {})}
    layers = list(model.modules()) if isinstance(model, torch.nn.Module) else []
    known = {name: sizes[0] for name, sizes in numbers.items() if len(sizes) == 1}  # for shapes in names (`d_model`)

    batch = batch_of(hints)
    sides = first_sides(layers, numbers)

    def thought(name: str) -> list[TensorSpec]:
        thoughts = (suited(spec, name, numbers).renamed({"batch": batch}) for spec in ideas(name, layers))
        return [spec.resized(sides) if spec.shape[-2:] == FIRST_SIDES else spec for spec in thoughts]

    def said(name: str) -> list[TensorSpec]:
        first = next(iter(thought(name)), None)
        likely = "Int" if first is not None and first.kind == "Int" else "Float"
        return hinted(hints[name], known, likely) if name in hints else []

    def told(name: str) -> list[Any]:
        return said(name) or [way for way in others.of(name) if holds(way)]

    def more(trial: Trial) -> Iterator[CallSpec]:
        yield from refused(trial, sources)
        yield from plainly(trial, sources, usual_number)
        for call in completed(trial, function, told):
            yield call
            yield from keyed(replace(trial, call=call), thought)
        yield from keyed(trial, thought)

    parameters = parameters or first_of(model, function)
    lists = [len(each) for each in layers if isinstance(each, torch.nn.ModuleList)]
    others = Structures(function, tree, thought, lists)

    def choice(name: str) -> list[Any]:
        binds = name in hints and hints[name].binding
        return offered(said(name), [] if binds else others.of(name))

    choices = compared_first({name: choice(name) for name in parameters}, layers)
    bound = frozenset(name for name, hint in hints.items() if hint.binding)
    search = _Search(run, time.process_time() + LIKELY * seconds, bound, more, numbers)
    search.hinted = frozenset(hints)
    search.sides = sides
    search.wanted = usual(choices, hints.keys(), layers) or {}
    search.is_shown = bool(examples)
    shown_by = partial(exemplified, function=function, wanted=parameters, thought=thought, hints=hints)
    search.examples = [] if bound else list(shown_by([each for each in examples if each.is_of_site]))
    shown_first = () if bound else shown_by(examples)
    for call in islice(chain(begun, shown_first, combined(choices)), MOST):
        if next(call.tensors(), None) is None and search.is_at_fault(hints):
            break  # that it runs when less is given does not mend it
        found = search.settle(call)
        if found is not None:
            return search.taken(search.narrowed(found), settled=True)
        if search.is_over or not choices:
            break
    if not parameters_of(function, given or {}) and not search.is_at_fault(hints):
        found = search.settle(CallSpec())
        if found is not None:
            return search.taken(search.narrowed(found), settled=True)
    best = search.best
    assert best is not None
    search.until += (1 - LIKELY) * seconds
    for call in search.of_other_batches():
        found = search.settle(call)
        if found is not None:
            return search.taken(search.narrowed(found), settled=True)
    settled = search.settled(best, hints)
    may_be_built = not settled and best.conflict is not None and is_of_choice(best, best.conflict)
    is_choice = may_be_built and search.settled(best, hints, built=True)
    is_open = not (settled or is_choice)
    found = search.persisted(best, choice, hints) if is_open else None
    if found is not None:
        return search.taken(search.narrowed(found) if found.is_clean else found, settled=True)
    alone = search.settle(of_one(best.call)) if is_open and of_one(best.call) != best.call else None
    if alone is not None:
        return search.taken(alone, settled=True, several=best)
    return replace(search.taken(best, settled=settled), is_of_choice=is_choice)


def searched(call: CallSpec, run: Run, seconds: float) -> Trial | None:
    """Return the first clean run that corrections of a call lead to, or None."""
    return _Search(run, time.process_time() + seconds, frozenset()).settle(call)


def resized(trial: Trial, run: Run, seconds: float, bound: frozenset[str]) -> Trial | None:
    """Return the first clean run that corrections of mere sizes lead to from a failed one, or None."""
    search = _Search(run, time.process_time() + seconds, bound)
    search.allowed = partial(is_resized, trial.call)
    return search.settle(trial.call)


def resumed(call: CallSpec, run: Run, seconds: float, bound: frozenset[str]) -> Trial:
    """Return the best run that corrections of a call lead to."""
    search = _Search(run, time.process_time() + seconds, bound)
    found = search.settle(call)
    if found is not None:
        search.until = max(search.until, time.process_time() + NARROWING)
        return search.narrowed(found)
    assert search.best is not None
    return search.best


class _Search:
    """The runs that were made, and the best of them."""

    def __init__(
        self,
        run: Run,
        until: float,
        bound: frozenset[str],
        more: Callable[[Trial], Iterator[CallSpec]] | None = None,
        numbers: Numbers | None = None,
    ) -> None:
        self.run = run
        self.numbers: Numbers = numbers or {}
        self.more = more
        self.until = until
        self.bound = bound
        self.tried = 0
        self.best: Trial | None = None
        self.wanted: Mapping[str, TensorSpec] = {}
        self.sides: Mapping[str, int] = {}
        self.hinted: frozenset[str] = frozenset()
        self.examples: Sequence[CallSpec] = ()
        self.is_shown = False
        self.allowed: Callable[[CallSpec], bool] = lambda _: True
        self._seen: list[Trial] = []

    @property
    def is_over(self) -> bool:
        return time.process_time() > self.until

    def taken(self, trial: Trial, *, settled: bool, several: Trial | None = None) -> Inferred:
        """Return what is known once a run is taken."""
        other = shown(self._seen, trial, self.examples)
        if other is None and self.wanted:
            other = meant(self._seen, trial, self.wanted, self.numbers, settled=settled)
        if other is None and several is not None:
            is_of_one = meets_the_batch(several) or takes_the_batch(several, partial(self._is_held, several))
            other = Meant(several, is_told=False) if is_of_one else None
        return Inferred(trial, self.tried, self.bound, settled, other, several, self.hinted)

    def settle(self, call: CallSpec) -> Trial | None:
        """Return the first clean run that corrections of a call lead to, or None."""
        trial = self._tried(call)
        for _ in range(ROUNDS):
            if trial is None or trial.is_clean:
                return trial
            trial = self._better(trial)
        return trial if trial is not None and trial.is_clean else None

    def persisted(self, trial: Trial, ideas: Callable[[str], Sequence[Any]], certain: Collection[str]) -> Trial | None:
        """Return the first run that less likely changes lead to and that is clean, or would fail for any inputs."""
        whole, self.until = self.until, min(self.until, time.process_time() + LAST)
        runs: list[Trial] = []
        for each in self._persisting(trial, ideas):
            runs.append(each)
            if each.is_clean or self.settled(each, certain):
                break
        self.until = whole
        return next((each for each in runs[-1:] if each.is_clean or self.settled(each, certain)), None)

    def _persisting(self, trial: Trial, ideas: Callable[[str], Sequence[Any]]) -> Iterator[Trial]:
        """Yield the runs that less likely changes lead to, each further than the one before."""
        further: Trial | None = trial
        for _ in range(ROUNDS):
            if further is None or further.is_clean:
                return
            further = (
                self._further(further, solved(further, self.run), 0)
                or self._further(further, reconsidered(further, ideas), PERSISTING)
                or self._further(further, corrected(further), PERSISTING, again=True)
            )
            if further is not None:
                yield further

    def _further(self, trial: Trial, calls: Iterator[CallSpec], rounds: int, *, again: bool = False) -> Trial | None:
        """Return the first run that comes further than another, or past what failed in it, with what corrects it.

        Once more, calls that were tried are corrected, too, and have to come further.
        """

        def is_ahead(other: Trial) -> bool:
            return progress(other)[:2] > progress(trial)[:2] or (not again and gets_past(trial, other))

        for call in calls:
            seen = (each for each in self._seen if again and each.call == call)
            other = next(seen, None) or self._tried(call)
            for _ in range(rounds):
                if other is None or is_ahead(other):
                    break
                other = self._better(other)
            if other is not None and is_ahead(other):
                return other
        return None

    def settled(self, trial: Trial, certain: Collection[str], *, built: bool = False) -> bool:
        """Return whether a failed run would fail for any inputs: nothing is left to correct, and nothing in doubt.

        `built`: apart from what the module might do when it was built otherwise.
        """
        if not trial.failures or self.is_over:
            return False
        tried = [other.call for other in self._seen if other is not trial]
        left = (call for call in islice(self._corrections(trial), TURNS) if call not in tried)
        held = partial(self._is_held, trial)
        named = {path for path, spec in trial.call.tensors() if is_told(path, spec)}
        if next(left, None) is not None or in_doubt(trial, {*certain, *named}, self.bound, held, named, built=built):
            return False
        return not is_entangled(trial, self.bound, self.run) and not may_be_square(trial, self.bound, self.run)

    def _is_held(self, trial: Trial, path: str, axis: int) -> bool:
        return not self.is_over and is_held(trial, path, axis, self.run)

    def of_other_batches(self) -> Iterator[CallSpec]:
        """Yield the first call and the one that got furthest, with the batches that the model may be written for."""
        for trial in (self._seen[0], self.best) if self.best is not None else ():
            yield from (of_batch(trial.call, size) for size in batches(trial))

    def is_at_fault(self, certain: Collection[str]) -> bool:
        """Return whether the run that got furthest would fail for any inputs."""
        return self.best is not None and self.settled(self.best, certain)

    def narrowed(self, trial: Trial) -> Trial:
        """Return a clean run with numbers for widths of which the model has one size, and names for lengths of many."""
        for name, size in trial.call.sizes().items():
            if AxisSpec(name, size).is_width and not self.is_over:
                other = self.run(trial.call.resized({name: size + 1}))
                if any(each.wanted == size for each in asked_of(other, name)):
                    trial = replace(trial, call=trial.call.numbered({name: size}))
        trial = trial if self.is_over else freed(trial, self._seen, self.run)
        return trial if self.is_shown else as_predicted(trial, self.hinted, self.run)

    def _tried(self, call: CallSpec) -> Trial | None:
        if self.is_over or any(call == other.call for other in self._seen):
            return None
        self.tried += 1
        trial = self.run(call)
        self._seen.append(trial)
        if self.best is None or progress(trial) > progress(self.best):
            self.best = trial
        return trial

    def _corrections(self, trial: Trial) -> Iterator[CallSpec]:
        more = self.more(trial) if self.more is not None else ()
        told = [trial.call]
        for call in chain(more, islice(corrected(trial), 2), numbered(trial.call, self.numbers), corrected(trial)):
            other = agreeing(trial.call, self._of_first_sides(trial.call, call), self.bound)
            if other is not None and other not in told and self.allowed(other):
                told.append(other)
                yield other

    def _of_first_sides(self, before: CallSpec, call: CallSpec) -> CallSpec:
        """Return a call in which an input that has become a map has sides that are no sizes of the model's own."""
        ranks = {path: len(spec.axes) for path, spec in before.tensors()}
        new = [spec for path, spec in call.tensors() if ranks.get(path) != len(spec.axes)]
        return call.resized(self.sides) if any(spec.shape[-2:] == FIRST_SIDES for spec in new) else call

    def _better(self, trial: Trial) -> Trial | None:
        """Return the first correction that gets further, or past what failed."""
        for call in islice(self._corrections(trial), TURNS):
            other = self._tried(call)
            if other is None:
                continue
            if progress(other)[:2] > progress(trial)[:2]:
                return other
            if gets_past(trial, other):
                self.best = other if self.best is trial else self.best
                return other
        return None
