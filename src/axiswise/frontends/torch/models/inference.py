"""Find out what a module takes: begin with an idea, run, correct what goes back to a guess, run again.

The first call that runs to its end is taken. Where none does, the one that got furthest is: what is then left to fail
goes back to no guess, or to one for which no size would do.
"""

from __future__ import annotations

import ast
import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch

from axiswise.frontends.torch.models.corrections import corrected
from axiswise.frontends.torch.models.ideas import OTHER, SIZES, ideas
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.trials import Trial
from axiswise.source.shape_hints import ShapeHint, shape_hints
from axiswise.source.text import Sources

ROUNDS = 14
"""Corrections in a row."""
TURNS = 10
"""Corrections that are tried for one failure."""
MOST = 24
"""Combinations of ideas that are begun with."""

Run = Callable[[CallSpec], Trial]


@dataclass(frozen=True, slots=True)
class Inferred:
    """What a module takes, as far as it was found out.

    Attributes:
        trial: The best run.
        tried: How many runs it took.
        bound: Parameters whose shape an annotation gives.
        settled: False where the inputs are still in doubt: what failed may be their fault.
    """

    trial: Trial
    tried: int
    bound: frozenset[str]
    settled: bool


def inferred(model: Any, sources: Sources, run: Run, seconds: float, known: Mapping[str, int]) -> Inferred | None:
    """Return what a module or a function takes, or None where no call can be made up at all.

    Args:
        model: The module, or a function of tensors.
        sources: The user's files.
        run: Runs it on a call.
        seconds: How long may be searched.
        known: Numbers of the model's own by name, for shapes that are written in names (`d_model`).
    """
    function = model.forward if isinstance(model, torch.nn.Module) else model
    hints = _hints(function, sources)
    parameters = _parameters(function)
    if parameters is None:
        return None
    layers = list(model.modules()) if isinstance(model, torch.nn.Module) else []
    choices = {name: _hinted(hints[name], known) if name in hints else ideas(name, layers) for name in parameters}
    bound = frozenset(name for name, hint in hints.items() if hint.binding)
    search = _Search(run, time.monotonic() + seconds, bound)
    for call in islice(_combined(choices), MOST):
        found = search.settle(call)
        if found is not None:
            return Inferred(found, search.tried, bound, True)
        if search.is_over or not choices:
            break
    best = search.best
    assert best is not None
    return Inferred(best, search.tried, bound, settled=search.settled(best))


def searched(call: CallSpec, run: Run, seconds: float) -> Trial | None:
    """Return the first clean run that corrections of a call lead to, or None."""
    return _Search(run, time.monotonic() + seconds, frozenset()).settle(call)


class _Search:
    """The runs that were made, and the best of them."""

    def __init__(self, run: Run, until: float, bound: frozenset[str]) -> None:
        self.run = run
        self.until = until
        self.bound = bound
        self.tried = 0
        self.best: Trial | None = None
        self._seen: list[CallSpec] = []

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def settle(self, call: CallSpec) -> Trial | None:
        """Return the first clean run that corrections of a call lead to, or None."""
        trial = self._tried(call)
        for _ in range(ROUNDS):
            if trial is None or trial.is_clean:
                return trial
            trial = self._better(trial)
        return None

    def settled(self, trial: Trial) -> bool:
        """Return whether a failed run would fail for any inputs: what failed first has nothing to be corrected."""
        return bool(trial.failures) and not any(True for _ in self._corrections(trial))

    def _tried(self, call: CallSpec) -> Trial | None:
        if call in self._seen or self.is_over:
            return None
        self._seen.append(call)
        self.tried += 1
        trial = self.run(call)
        if self.best is None or _rank(trial) > _rank(self.best):
            self.best = trial
        return trial

    def _corrections(self, trial: Trial) -> Iterator[CallSpec]:
        for call in corrected(trial):
            if not any(call.arguments[name] != trial.call.arguments[name] for name in self.bound):
                yield call

    def _better(self, trial: Trial) -> Trial | None:
        """Return the first correction that gets further, or past what failed."""
        for call in islice(self._corrections(trial), TURNS):
            other = self._tried(call)
            if other is not None and (_rank(other)[:2] > _rank(trial)[:2] or _gets_past(trial, other)):
                return other
        return None


def _rank(trial: Trial) -> tuple[bool, int, int]:
    return trial.is_clean, trial.reach, -len(trial.failures)


def _gets_past(trial: Trial, other: Trial) -> bool:
    """Return whether another run fails in the same place, but for another reason."""
    return other.reach == trial.reach and bool(other.failures) and _reason(other) != _reason(trial)


def _reason(trial: Trial) -> object:
    """Return what failed first, apart from its sizes."""
    for failure in trial.failures[:1]:
        for conflict in failure.conflicts[:1]:
            sides = [
                (side.operand, side.axis, side.param, side.index) for side in (conflict.left, conflict.right) if side
            ]
            return conflict.kind, sides
    return trial.ended


# -- what is begun with -----------------------------------------------------------------------------------------------
def _parameters(function: Any) -> list[str] | None:
    """Return the parameters that have to be given; one of any number of positional ones as `*args`."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    found: list[str] = []
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            found += [f"*{name}"] if not found else []
        elif parameter.kind is not parameter.VAR_KEYWORD and parameter.default is parameter.empty:
            found.append(name)
    return found


def _hints(function: Any, sources: Sources) -> dict[str, ShapeHint]:
    code = getattr(inspect.unwrap(function), "__code__", None)
    source = sources.file(code.co_filename) if code is not None else None
    if source is None or code is None:
        return {}
    functions = (
        node
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and code.co_firstlineno in (node.lineno, *(each.lineno for each in node.decorator_list))
    )
    node = next(functions, None)
    return shape_hints(source, node) if node is not None else {}


def _hinted(hint: ShapeHint, known: Mapping[str, int]) -> list[TensorSpec]:
    """Return the tensors that a hint allows; without a kind, numbers come first and indices second."""
    axes = tuple(_axis(text, known) for text in hint.axes if text not in ("...", "*"))
    kinds = [hint.kind] if hint.kind else ["Float", "Int"]
    return [TensorSpec(kind, axes, 1 if kind == "Int" else None) for kind in kinds]


def _axis(text: str, known: Mapping[str, int]) -> AxisSpec:
    word = text.strip("*#?_ ") or "axis"
    if word.isdecimal():
        return AxisSpec("", int(word))
    if word in known:
        return AxisSpec("", known[word])
    return AxisSpec(word, SIZES.get(LETTERS.get(word.lower(), word.lower()), OTHER))


LETTERS = {
    **dict.fromkeys(("b", "n", "bs", "bsz", "batch_size"), "batch"),
    **dict.fromkeys(("t", "l", "s", "seq", "seq_len", "length", "sequence_length", "tokens"), "time"),
    **dict.fromkeys(("c", "ch", "in_channels"), "channels"),
    **dict.fromkeys(("h",), "height"),
    **dict.fromkeys(("w",), "width"),
    **dict.fromkeys(("d", "e", "dim", "embed_dim", "d_model", "hidden", "emb"), "features"),
    **dict.fromkeys(("f", "frames"), "frames"),
}
"""What the letters of shapes usually stand for: only for a first size."""


def _combined(choices: Mapping[str, Sequence[TensorSpec]]) -> Iterator[CallSpec]:
    """Yield calls with one choice for each parameter, those with likely choices throughout first."""
    names = list(choices)
    widest = max((len(found) for found in choices.values()), default=0)
    yield _call(choices, dict.fromkeys(names, 0))
    for level in range(1, widest):
        for name in names:  # one parameter at a time takes its next idea
            if level < len(choices[name]):
                yield _call(choices, {**dict.fromkeys(names, 0), name: level})
        if all(level < len(found) for found in choices.values()) and len(names) > 1:
            yield _call(choices, dict.fromkeys(names, level))


def _call(choices: Mapping[str, Sequence[TensorSpec]], taken: Mapping[str, int]) -> CallSpec:
    given: dict[str, Any] = {}
    for name, at in taken.items():
        given[name] = (choices[name][at],) if name.startswith("*") else choices[name][at]
    call = CallSpec(given)
    return call.resized(call.sizes())
