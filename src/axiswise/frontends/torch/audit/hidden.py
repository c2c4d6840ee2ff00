"""Do valid positions reach one another? Where they do only with the mask turned round, it hides what it should show."""

from __future__ import annotations

import torch

from axiswise.frontends.torch.audit.comparing import Moved, largest, moved
from axiswise.frontends.torch.audit.leaves import Inputs, changed, named
from axiswise.frontends.torch.audit.meeting import Batch, Effect
from axiswise.frontends.torch.audit.padded import at_padding, disturbed
from axiswise.frontends.torch.audit.padding import Padding
from axiswise.frontends.torch.audit.subject import Subject


def hidden(subject: Subject, batch: Batch, padding: Padding) -> Effect | None:
    """Return what the first step does to other valid ones with the mask turned round, if it does nothing as it is."""
    mask = named(padding.inputs)[padding.told]
    if mask.ndim != 2 or bool(padding.where[:, 0].any()):
        return None
    turned = changed(padding.inputs, lambda path, tensor: _turned(tensor) if path == padding.told else tensor)
    if _reaches(subject, batch, padding, padding.inputs) is not None:
        return None
    return _reaches(subject, batch, padding, turned)


def _turned(mask: torch.Tensor) -> torch.Tensor:
    return ~mask if mask.dtype == torch.bool else 1 - mask


def _reaches(subject: Subject, batch: Batch, padding: Padding, inputs: Inputs) -> Effect | None:
    """Return what a change of the first step does to the other valid ones."""
    first = torch.zeros_like(padding.where)
    first[:, 0] = True
    other = disturbed(subject, inputs, padding.data, first)
    if other is None:
        return None
    base, run = subject.run(inputs), subject.run(other)
    found: list[Moved] = []
    for path, before in base.outputs.items():
        after, axes = run.outputs.get(path), batch.axes.get(path, ())
        gap = moved(before, after) if after is not None and before.dtype.is_floating_point else None
        if after is None or gap is None or len(axes) != 1 or before.shape[axes[0]] != batch.known.count:
            continue
        valid = gap & ~at_padding(gap.shape, padding.where | first, axes[0])
        if bool(valid.any()):
            found.append(largest(path, before, after, valid))
    if not found:
        return None
    return Effect((inputs, other), f"{padding.data[0]}[:, 0]", max(found, key=lambda each: each.amount), 0.0)
