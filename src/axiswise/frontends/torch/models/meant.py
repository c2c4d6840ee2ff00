"""What a module was meant to take, where it does not run with that: its own fault then, unless another input was meant.

An index at the very entrance (`embed(img[0])`) leaves a module that runs with images of one axis more; one that has a
branch may run with other images than those of the `image_size` that it was built for. A call in the project says what
was meant; else names, comments, the first layer and the module's own numbers do. They may be wrong: what is found with
it is told where a fix of the module makes it run with just that, or where the module's numbers give every size of it
but that of the batch.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from axiswise.facts import OpCall, is_series
from axiswise.frontends.torch.models.doubts import is_of_form
from axiswise.frontends.torch.models.frozen import is_of_one
from axiswise.frontends.torch.models.ideas import first_layers_take
from axiswise.frontends.torch.models.numbers import Numbers, suited
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.trials import Trial

_TELLING = re.compile(r"(.*_)?(images?|imgs?|pixel_values|videos?|clips?|input_ids|token_ids)", re.IGNORECASE)
"""Names that say how many axes a tensor has, and which."""
_IDS = re.compile(r"(.*_)?(input_ids|token_ids)")
"""Names of texts of a batch: by custom two axes, whatever else a module may run with."""
_SINGLE = re.compile(r"(.*_)?(image|img|video|clip)", re.IGNORECASE)
"""Names of one thing, of which a batch is given: no list of them."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A run on what a module was meant to take, that fails.

    Attributes:
        trial: The run.
        is_told: Whether the module's own numbers give each size that may have to do with it, but those of the batch.
        is_shown: Whether a call in the project gives just that.
        runs_as: How the module has to be built to run all the same; empty where other inputs do.
    """

    trial: Trial
    is_told: bool
    is_shown: bool = False
    runs_as: str = ""

    def told(self, found: Trial) -> str:
        """Return how it is that it fails, beside the run that was found."""
        if self.runs_as:
            return f"nothing says that they are equal; it runs with {self.runs_as}"
        given, others = (
            ", ".join(f"`{path}` of {spec.shape}" for path, spec in each.call.tensors()) for each in (self.trial, found)
        )
        runs = f"it runs with {others}" if found.is_clean else "no inputs were found with which it runs"
        by = (
            "as the project calls it" if self.is_shown else "which its names, its numbers and its first layer speak for"
        )
        return f"with {given}, {by}; {runs}"


def usual(
    choices: Mapping[str, Sequence[Any]], hinted: Collection[str], layers: Iterable[torch.nn.Module]
) -> dict[str, TensorSpec] | None:
    """Return what each parameter was meant to take, or None where that is not told of every one.

    Args:
        choices: Ideas of each parameter, the likeliest first.
        hinted: Parameters whose axes a text names.
        layers: The module's layers.
    """
    found: dict[str, TensorSpec] = {}
    alone = first_layers_take(layers) if len(choices) == 1 else None
    for name, ways in choices.items():
        first = ways[0] if ways else None
        if not isinstance(first, TensorSpec):
            return None
        axes = first.kind, tuple(axis.name for axis in first.axes)
        if name not in hinted and not _TELLING.fullmatch(name) and axes != alone:
            return None
        found[name] = first
    return found or None


def meant(
    tried: Iterable[Trial], found: Trial, wanted: Mapping[str, TensorSpec], numbers: Numbers, *, settled: bool
) -> Meant | None:
    """Return the run on what was meant that got furthest, where what was found is something else; None elsewhere.

    Args:
        tried: The runs that were made.
        found: The one that is taken.
        wanted: What each parameter was meant to take.
        numbers: Numbers of the model's own by name.
        settled: Whether it is certain that the module runs with that, or fails with any other input too.
    """
    told = all(_is_told(spec, name, numbers) for name, spec in wanted.items())
    if (settled and _is_meant(found.call, wanted, numbers)) or (
        found.is_clean and not _may_be_wrong(found, wanted, told)
    ):
        return None
    there = [each for each in tried if each.failures and _is_meant(each.call, wanted, numbers)]
    there = [each for each in there if _has_batch(each.call, wanted)]
    best = max(there, key=lambda each: each.reach, default=None)

    def given(path: str, axis: int) -> bool:
        return path in wanted and axis < len(wanted[path].axes) and _held(wanted[path], path, numbers)[axis]

    whole = told and (all(_widths_told(wanted, numbers)) or (best is not None and _is_past_inputs(best)))
    goes_on = settled and not (whole or found.is_clean or _others(found, wanted))
    if best is None or (goes_on and best.reach < found.reach):
        return None
    of_size = is_of_one(found.call) or _is_of_one_length(found, wanted)
    if not (whole or of_size or is_of_form(best, given) or _reads_one(best, wanted)):
        return None
    return Meant(best, told and not (found.is_clean and _others(found, wanted)))


def shown(tried: Iterable[Trial], found: Trial, examples: Sequence[CallSpec]) -> Meant | None:
    """Return the run on a call that the project itself makes, where it fails and what was found is something else.

    Args:
        tried: The runs that were made.
        found: The one that is taken.
        examples: The project's calls of the module.
    """
    if any(_has_form(found.call, each) for each in examples):
        return None
    there = (each for each in tried if each.failures and any(_has_form(each.call, other) for other in examples[:1]))
    best = max(there, key=lambda each: each.reach, default=None)
    return Meant(best, is_told=False, is_shown=True) if best is not None else None


def _has_form(call: CallSpec, example: CallSpec) -> bool:
    """Return whether a call gives at least the tensors that an example gives, of the same shapes."""
    given = dict(call.tensors())
    return all(path in given and given[path].shape == spec.shape for path, spec in example.tensors())


def _is_meant(call: CallSpec, wanted: Mapping[str, TensorSpec], numbers: Numbers) -> bool:
    """Return whether a call gives what was meant, some widths corrected; of which type, the layers say."""
    given = dict(call.tensors())
    return given.keys() == wanted.keys() and all(
        len(each.axes) == len(wanted[path].axes)
        and all(map(_agrees, each.axes, wanted[path].axes, _held(wanted[path], path, numbers)))
        for path, each in given.items()
    )


def _agrees(axis: AxisSpec, wanted: AxisSpec, held: bool) -> bool:
    named = axis.name == wanted.name or (not axis.name and wanted.is_width)
    return named and (axis.size == wanted.size or not held)


def _has_batch(call: CallSpec, wanted: Mapping[str, TensorSpec]) -> bool:
    """Return whether a call has the batch that was begun with: any should do, another one may get further by chance."""
    given = dict(call.tensors())
    return all(given[path].axes[:1] == spec.axes[:1] for path, spec in wanted.items())


def _held(spec: TensorSpec, path: str, numbers: Numbers) -> list[bool]:
    """Return which axes of an input have sizes that the model's own numbers give them."""
    bare = replace(spec, axes=tuple(AxisSpec(axis.name, 0) for axis in spec.axes))
    return [axis.size > 0 for axis in suited(bare, path, numbers).axes]


def _is_past_inputs(failed: Trial) -> bool:
    """Return whether what failed was given none of the inputs themselves: the layers that take them took them."""
    refs = failed.conflict.call.operands.values() if failed.conflict is not None else ()
    return not any(ref.id in failed.given for ref in refs)


def _is_told(spec: TensorSpec, path: str, numbers: Numbers) -> bool:
    """Return whether the model's own numbers give each size of an input, but those of the batch and of widths."""
    held = _held(spec, path, numbers)[1:]
    return any(held) and all(known or axis.is_width for known, axis in zip(held, spec.axes[1:], strict=True))


def _widths_told(wanted: Mapping[str, TensorSpec], numbers: Numbers) -> Iterator[bool]:
    """Yield of each width of the inputs whether the model's own numbers give it."""
    for path, spec in wanted.items():
        for axis, held in zip(spec.axes, _held(spec, path, numbers), strict=True):
            if axis.is_width:
                yield held


def _may_be_wrong(found: Trial, wanted: Mapping[str, TensorSpec], told: bool) -> bool:
    """Return whether what a module runs with may not be what it was meant to take.

    One with more axes may just as well be right, where its name allows for several of a kind, unless only one place
    of the first axis is ever read, or custom says how many axes it has.
    """
    return all(
        _is_read_once(found, path)
        or _IDS.fullmatch(path)
        or (_SINGLE.fullmatch(path) and (told or isinstance(found.call.arguments.get(path), (list, tuple))))
        for path in _others(found, wanted)
    )


def _others(found: Trial, wanted: Mapping[str, TensorSpec]) -> list[str]:
    """Return the parameters that are given something with another number of axes than they were meant to take."""
    given = dict(found.call.tensors())
    return [path for path, spec in wanted.items() if path not in given or len(given[path].axes) != len(spec.axes)]


def _is_of_one_length(found: Trial, wanted: Mapping[str, TensorSpec]) -> bool:
    """Return whether a module runs with texts of one length only, where by custom any length should do."""
    given = dict(found.call.tensors())
    ids = [given[path].axes for path in wanted if _IDS.fullmatch(path) and path in given]
    return any(len(axes) == 2 and not axes[1].name for axes in ids)


def _is_read_once(found: Trial, path: str) -> bool:
    """Return whether all that is done with an input is to take one place of its first axis."""
    uses = _uses(found, path)
    return len(uses) == 1 and _takes_one(uses[0])


def _reads_one(failed: Trial, wanted: Mapping[str, TensorSpec]) -> bool:
    """Return whether what failed was made of one example only, taken out of the batch that a name tells of."""
    conflict = failed.conflict
    refs = conflict.call.operands.values() if conflict is not None else ()
    behind = {path for ref in refs for path in failed.inputs_of(ref.id)}
    told = (path for path in behind & wanted.keys() if wanted[path].axes[0].is_batch)
    return any(_takes_one(call) for path in told for call in _uses(failed, path))


def _uses(trial: Trial, path: str) -> list[OpCall]:
    """Return the calls that are given an input as it is."""
    return [call for call in trial.trace.calls for ref in call.operands.values() if trial.given.get(ref.id) == path]


def _takes_one(call: OpCall) -> bool:
    """Return whether a call takes one place of the first axis."""
    if call.op == "select":
        return call.params.get("dim") == 0
    index = call.params.get("index")
    return call.op == "index" and is_series(index) and len(index) == 1 and isinstance(index[0], int)
