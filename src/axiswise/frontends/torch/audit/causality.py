"""Does a later step reach an earlier output?"""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch

from axiswise.frontends.torch.audit.comparing import Moved, largest, moved, regrouped
from axiswise.frontends.torch.audit.layout import changed_at, following, shortened
from axiswise.frontends.torch.audit.leaves import named
from axiswise.frontends.torch.audit.meeting import Batch, Effect
from axiswise.frontends.torch.audit.subject import Subject

_TARGETS = re.compile(r"decoder|tgt|target|trg|dec_|captions?|answers?", re.I)


def sequence_of(subject: Subject, batch: Batch, asked: bool) -> tuple[str, int] | None:
    """Return the input whose order is that of the outputs, and its time axis; None where no one input is it.

    Args:
        subject: The module.
        batch: What is known of the batch.
        asked: Whether numbers may be such a sequence too, and not only tokens.
    """
    known = batch.known
    tensors = named(known.inputs)
    time = 1 - known.axis if known.axis < 2 else 0
    tokens = [path for path in known.data if tensors[path].ndim == 2 and not tensors[path].dtype.is_floating_point]
    if len(tokens) > 1:
        tokens = [path for path in tokens if _is_read(subject, batch, path, time)]
    aimed = [path for path in tokens if _TARGETS.search(path)]
    if len(aimed or tokens) == 1:
        return (aimed or tokens)[0], time
    numbers = [path for path in known.data if tensors[path].ndim >= 3 and tensors[path].dtype.is_floating_point]
    numbers = [path for path in numbers if _TARGETS.search(path)] or numbers
    return (numbers[0], time) if asked and len(numbers) == 1 and not tokens else None


def _is_read(subject: Subject, batch: Batch, path: str, time: int) -> bool:
    """Return whether an input reaches what has steps: what a loss alone is told (`targets`, `labels`) does not."""
    run = subject.run(changed_at(batch.known.inputs, (path,), {time: 0}, subject.seed))
    gaps = (
        moved(before, run.outputs[output])
        for output, before in batch.base.outputs.items()
        if before.ndim > 1 and before.dtype.is_floating_point and output in run.outputs
    )
    return any(gap is not None and bool(gap.any()) for gap in gaps)


def seen_ahead(subject: Subject, batch: Batch, path: str, time: int, valid: int) -> tuple[Effect | None, int, str]:
    """Return what a change of the last step did to earlier outputs, the time axis, and what was not looked at.

    Args:
        subject: The module.
        batch: What is known of the batch.
        path: The input that is changed.
        time: Its time axis; where an output gets shorter with another axis only, that one is it.
        valid: Steps of it that are no padding.
    """
    known = batch.known
    tensor = named(known.inputs)[path]
    axes, time = _timed(subject, batch, tensor, time)
    steps = int(tensor.shape[time])
    if not any(axes.values()) or steps < 2:
        return None, time, "no output follows the steps of its input: what it sees of later ones was not looked at"
    for at in dict.fromkeys((min(valid, steps) - 1, min(valid, steps) // 2)):
        inputs = changed_at(known.inputs, (path,), {time: at}, subject.seed)
        run = subject.run(inputs)
        found: list[tuple[Moved, float]] = []
        for output, before in batch.base.outputs.items():
            after = run.outputs.get(output)
            gap = moved(before, after) if after is not None and before.dtype.is_floating_point else None
            if after is None or gap is None or not axes.get(output):
                continue
            early = gap
            for axis in axes[output]:
                first = min(at, at + before.shape[axis] - steps)
                early = early & _below(before, axis, first)
            if bool(early.any()):
                rest = gap & ~early
                own = largest("", before, after, rest).amount if bool(rest.any()) else 0.0
                found.append((largest(output, before, after, early), own))
        if found:
            worst, own = max(found, key=lambda pair: pair[0].amount)
            where = ", ".join(str(at) if axis == time else ":" for axis in range(time + 1))
            return Effect((known.inputs, inputs), f"{path}[{where}]", worst, own, at), time, ""
    return None, time, ""


def _timed(subject: Subject, batch: Batch, tensor: torch.Tensor, time: int) -> tuple[dict[str, tuple[int, ...]], int]:
    """Return which axes of each output follow the steps, and which axis of the input these are along."""
    known = batch.known
    candidates = [time, *(axis for axis in range(tensor.ndim) if axis not in (time, known.axis))]
    for axis in candidates:
        steps = int(tensor.shape[axis])
        if steps < 3:
            continue
        run = subject.run(shortened(known.inputs, known.axis, axis, steps, steps - 1))
        axes = following(batch.base.outputs, run.outputs) if not run.raised else {}
        axes = {path: each for path, each in axes.items() if not set(each) & set(batch.axes.get(path, ()))}
        if any(axes.values()):
            return axes, axis
    steps = int(tensor.shape[time])
    same = {
        path: tuple(
            axis for axis, size in enumerate(each.shape) if size == steps and axis not in batch.axes.get(path, ())
        )
        for path, each in batch.base.outputs.items()
    }
    return same, time


def _below(tensor: torch.Tensor, axis: int, first: int) -> torch.Tensor:
    """Return where in a tensor an index along an axis lies below a number."""
    shape = [1] * tensor.ndim
    shape[axis] = tensor.shape[axis]
    return (torch.arange(tensor.shape[axis]) < first).view(shape).expand(tensor.shape)


class Causal:
    """Whether only later steps of a tensor moved: what has no axis of the steps' number may not move at all."""

    def __init__(self, steps: int, at: int) -> None:
        self.steps = steps
        self.at = at

    def __call__(self, runs: Sequence[torch.Tensor]) -> bool:
        gap = moved(runs[0], runs[1])
        if gap is None or not bool(gap.any()):
            return gap is not None
        for whole in regrouped(gap, self.steps):
            early = whole
            for axis, size in enumerate(whole.shape):
                if size == self.steps:
                    early = early & _below(whole, axis, self.at)
            if not bool(early.any()):
                return True
        return False
