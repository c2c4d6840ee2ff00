"""A part as a model of its project has it: built by what builds it, and given what it is given there.

Where a module's arguments, or its inputs, cannot be told from the module alone, a model around it may tell both.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import nn

from axiswise.frontends.torch.models.changing import spec_of
from axiswise.frontends.torch.models.ideas import axis as first_axis
from axiswise.frontends.torch.models.reranking import usual_axes
from axiswise.frontends.torch.models.specs import KINDS, AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.surroundings import Surroundings
from axiswise.frontends.torch.models.trials import INPUT, Trial
from axiswise.frontends.torch.tensors import ref_of
from axiswise.source.provenance import Step, trail_of

HIGHEST = 4
"""Models within models that are looked at for one that builds a part."""

MOST = 3
"""Models that are tried."""

_PLAIN = (bool, int, float, str, type(None))


def builders(part: type, around: Surroundings) -> list[type]:
    """Return the module classes of the project that build a part, or what builds it: the outermost first."""
    levels: list[list[type]] = [[part]]
    seen = {part}
    for _ in range(HIGHEST):
        above = dict.fromkeys(each for inner in levels[-1] for each in around.builders(inner))
        levels.append([each for each in above if each not in seen])
        seen.update(levels[-1])
    return [each for level in reversed(levels[1:]) for each in level][:MOST]


def part_of(model: nn.Module, cls: type) -> nn.Module | None:
    """Return the first module of a class within a model."""
    return next((each for each in model.modules() if _is_of(type(each), cls)), None)


def _is_of(cls: type, other: type) -> bool:
    """Return whether two classes are one text's: a file may be imported by two names."""
    files = [getattr(sys.modules.get(each.__module__), "__file__", None) for each in (cls, other)]
    return cls is other or (cls.__qualname__ == other.__qualname__ and files[0] is not None and files[0] == files[1])


@dataclass(frozen=True, slots=True)
class _Given:
    """A tensor that a part was given: which, and how it looked."""

    tensor: int
    shape: tuple[int, ...]
    kind: str


def given_to(part: nn.Module, run: Callable[[], Trial]) -> CallSpec | None:
    """Return what a part is called with first in a run; None where it is not called, or not with what can be sent.

    Args:
        part: A module within the one that runs.
        run: Runs the whole.
    """
    calls: list[Mapping[str, Any]] = []

    def note(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not calls:
            calls.append(_by_name(module, args, kwargs))

    handle = part.register_forward_pre_hook(note, with_kwargs=True)
    try:
        trial = run()
    finally:
        handle.remove()
    names = _Names(trial)
    arguments = {name: names.spec(name, value) for name, value in calls[0].items()} if calls else {}
    call = CallSpec(arguments)
    return call if next(call.tensors(), None) is not None and _can_be_sent(arguments) else None


def _by_name(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call by parameter, without those that are as by default."""
    signature = inspect.signature(module.forward)
    bound = signature.bind(*args, **kwargs).arguments
    found: dict[str, Any] = {}
    for name, value in bound.items():
        parameter = signature.parameters[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            found |= {key: _seen(each) for key, each in value.items()}
        elif parameter.kind is parameter.VAR_POSITIONAL:
            found[f"*{name}"] = _seen(value)
        elif value is not parameter.default:
            found[name] = _seen(value)
    return found


def _seen(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        kind = next((kind for kind, dtype in KINDS.items() if getattr(torch, dtype) == value.dtype), "")
        kind = kind or ("Float" if value.is_floating_point() else "Int")
        return _Given(ref_of(value).id, tuple(int(size) for size in value.shape), kind)
    if type(value) in (list, tuple):
        return type(value)(_seen(each) for each in value)
    if type(value) is dict:
        return {key: _seen(each) for key, each in cast("dict[Any, Any]", value).items()}
    return value


def _can_be_sent(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_can_be_sent, cast("list[Any]", value)))
    if isinstance(value, dict):
        return all(map(_can_be_sent, cast("dict[Any, Any]", value).values()))
    return isinstance(value, (TensorSpec, *_PLAIN))


class _Names:
    """Names for the axes of what a part is given: those of the whole's inputs, where an axis is one of theirs.

    Args:
        trial: The whole's run.
    """

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.sizes: dict[str, int] = {}

    def spec(self, path: str, value: Any) -> Any:
        """Return an argument, its tensors by their axes."""
        if isinstance(value, _Given):
            axes = tuple(self._axis(path, value, at) for at in range(len(value.shape)))
            return TensorSpec(value.kind, axes, highest=1 if value.kind == "Int" else None)
        if isinstance(value, (list, tuple)):
            items = [self.spec(f"{path}_{at}", each) for at, each in enumerate(cast("list[Any]", value))]
            return items if isinstance(value, list) else tuple(items)
        if isinstance(value, dict):
            return {key: self.spec(f"{path}_{key}", each) for key, each in cast("dict[Any, Any]", value).items()}
        return value

    def _axis(self, path: str, given: _Given, at: int) -> AxisSpec:
        """Return an axis: a number where it goes back to none of the whole's inputs; one name has one size."""
        size = given.shape[at]
        steps = list(trail_of(self.trial.trace, given.tensor, at))
        ends = [step for step in steps if step.call.op == INPUT]
        if not ends:
            return AxisSpec("", size)
        own = self._named(ends[-1])
        is_whole = all(step.relation == "same" for step in steps[:-1])
        name = (own if is_whole else "") or usual_axes(len(given.shape))[at]
        if first_axis(name).is_width and not own:
            return AxisSpec("", size)
        if self.sizes.setdefault(name, size) != size:
            name = f"{path}_{name}"
            self.sizes[name] = size
        return AxisSpec(name, size)

    def _named(self, end: Step) -> str:
        """Return the name of the axis of an input that a trail ends at; empty for one that is a number."""
        spec = spec_of(self.trial.call, str(end.call.params["name"]))
        return spec.axes[end.axis].name if spec is not None and 0 <= end.axis < len(spec.axes) else ""
