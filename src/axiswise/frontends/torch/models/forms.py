"""The other ways in which a module can be called: each optional argument that takes a tensor, given."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from axiswise.frontends.torch.models.ideas import ideas
from axiswise.frontends.torch.models.inference import Run, searched
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.trials import Trial

_TENSORS = re.compile(
    r"(.*_)?(mask|masks|bias|context|cond|memory|state|states|hidden|h0|c0|hx|positions?|pos|labels?|targets?|embeds?|"
    r"embedding|features|token_type_ids|position_ids|lengths?|weights?|padding|condition|conditioning|timesteps?)"
)
"""Names that are a tensor's where nothing else says what they are."""


def forms(model: Any, call: CallSpec, run: Run, seconds: float, until: float) -> Iterator[Trial]:
    """Yield a run for each optional tensor of a module, given beside what has to be; those only with which it runs.

    An optional argument whose shape is not found out says nothing: what fails may be the guess.

    Args:
        model: The module, or a function.
        call: What it is given beside.
        run: Runs it on a call.
        seconds: How long the shape of one argument is looked for.
        until: When no further argument is tried, in time of the processor.
    """
    function = model.forward if isinstance(model, torch.nn.Module) else model
    for name, parameter in inspect.signature(function).parameters.items():
        if name in call.arguments or parameter.default is not None or not _is_tensor(name, parameter.annotation):
            continue
        for spec in ideas(name, ()):
            if time.process_time() > until:
                return
            given = replace(call, arguments={**call.arguments, name: _alike(spec, call)}, form=f"with {name}")
            trial = searched(given, run, seconds)
            if trial is not None and trial.is_clean:
                yield trial
                break


def _is_tensor(name: str, annotation: Any) -> bool:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    if annotation is not inspect.Parameter.empty:
        return "Tensor" in str(annotation) or "Tensor" in text or "[Tensor" in text
    return _TENSORS.fullmatch(name.lower()) is not None


def _alike(spec: TensorSpec, call: CallSpec) -> TensorSpec:
    """Return a tensor whose axes have the sizes that axes of the same position or name have in the call."""
    first = next((tensor for _, tensor in call.tensors()), None)
    sizes = call.sizes()
    if first is None:
        return spec
    by_name = {"batch": first.axes[0] if first.axes else None, "time": first.axes[1] if len(first.axes) > 1 else None}
    axes = tuple(_same(each, by_name.get(each.name), sizes) for each in spec.axes)
    return replace(spec, axes=axes)


def _same(wanted: AxisSpec, there: AxisSpec | None, sizes: dict[str, int]) -> AxisSpec:
    if wanted.name in sizes:
        return AxisSpec(wanted.name, sizes[wanted.name])
    return there if there is not None else wanted
