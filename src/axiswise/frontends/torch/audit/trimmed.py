"""Does it matter how much padding there is? An example is run as it came, and with its padding cut off.

Padding that is not masked has its share of a softmax or of a mean, whatever stands there: it shows in valid outputs
where the padding is gone. What a module itself takes for padding, by comparing ids with a number, is judged so too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from axiswise.frontends.torch.audit.comparing import Moved, largest, moved
from axiswise.frontends.torch.audit.layout import shortened
from axiswise.frontends.torch.audit.leaves import Inputs, changed, named
from axiswise.frontends.torch.audit.meeting import Batch, Effect
from axiswise.frontends.torch.audit.padding import Padding, tells
from axiswise.frontends.torch.audit.subject import Subject

COMPARING = {"eq", "ne", "__eq__", "__ne__"}


def compared(subject: Subject, batch: Batch) -> list[Padding]:
    """Return what a module itself takes for padding: the number that ids are compared with, and that they end with."""
    if batch.known.axis != 0 or any(map(tells, inspect.signature(subject.module.forward).parameters)):
        return []
    tensors = named(batch.known.inputs)
    ids = {path: tensors[path] for path in batch.known.data}
    ids = {path: each for path, each in ids.items() if each.ndim == 2 and not each.dtype.is_floating_point}
    watch = _Comparisons(ids)
    subject.run(batch.known.inputs, watch)
    found: list[Padding] = []
    for path, number in dict.fromkeys(watch.seen):
        where = ids[path] == number
        is_behind = bool((where.int().diff(dim=1) >= 0).all())
        if is_behind and bool(where.any()) and not bool(where[:, 0].any()):
            found.append(Padding(f"{path} == {number}", batch.known.inputs, where, (path,)))
    return found


class _Comparisons(TorchFunctionMode):
    """Writes down which numbers some ids are compared with."""

    def __init__(self, ids: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.seen: list[tuple[str, int]] = []
        self._ids = ids

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in COMPARING and len(args) == 2 and isinstance(args[0], torch.Tensor):
            number = args[1].item() if isinstance(args[1], torch.Tensor) and args[1].ndim == 0 else args[1]
            if type(number) is int:
                self.seen += [(path, number) for path, each in self._ids.items() if _are(each, args[0])]
        return func(*args, **(kwargs or {}))


def _are(ids: torch.Tensor, others: torch.Tensor) -> bool:
    return ids is others or (ids.shape == others.shape and ids.dtype == others.dtype and torch.equal(ids, others))


def trimmed(batch: Batch, padding: Padding, example: int, *, left: int = 0) -> tuple[Inputs, Inputs, int] | None:
    """Return an example by itself, the same with its padding cut off, and how many steps of it are valid.

    None where padding is not what it ends with, or where other data would be cut with it.

    Args:
        batch: What is known of the batch.
        padding: What says where it is.
        example: Which example.
        left: How many padded steps are kept.
    """
    valid = ~padding.where[example]
    count, steps = int(valid.sum()), len(valid)
    if not 0 < count < steps - left or not bool(valid[:count].all()):
        return None
    tensors = named(padding.inputs)
    others = [tensors[path] for path in batch.known.data if path not in padding.data]
    if any(each.ndim > 1 and each.shape[1] == steps for each in others):
        return None
    twice = torch.tensor([example, example])

    def alone(path: str, tensor: torch.Tensor) -> torch.Tensor:
        axis = batch.known.batched.get(path)
        return tensor if axis is None else tensor.index_select(axis, twice)

    inputs = changed(padding.inputs, alone)
    return inputs, shortened(inputs, 0, 1, steps, count + left), count


def without(subject: Subject, batch: Batch, padding: Padding) -> Effect | None:
    """Return what became of valid outputs when the padding was cut off, or None where nothing did.

    One padded step stays: it may be the end of the text, or the last word of a sequence that is shifted by one.
    """
    for example, where in enumerate(padding.where):
        cut = trimmed(batch, padding, example, left=1) if bool(where.any()) else None
        if cut is None:
            continue
        inputs, fewer, count = cut
        whole, short = subject.run(inputs), subject.run(fewer)
        found: list[Moved] = []
        for path, before in whole.outputs.items():
            after, axes = short.outputs.get(path), batch.axes.get(path, ())
            if after is None or len(axes) != 1 or not before.dtype.is_floating_point:
                continue
            both = _valid(before, after, len(where), count)
            gap = moved(*both) if both is not None else None
            if both is not None and gap is not None and bool(gap.any()):
                worst = largest(path, *both, gap)
                found.append(replace(worst, index=_with(worst.index, axes[0], example)))
        if found:
            worst = max(found, key=lambda each: each.amount)
            return Effect((inputs, fewer), f"{padding.data[0]}[{example}, {count + 1}:]", worst, 0.0)
    return None


def _with(index: Sequence[int], axis: int, at: int) -> tuple[int, ...]:
    return (*index[:axis], at, *index[axis + 1 :])


def _valid(
    before: torch.Tensor, after: torch.Tensor, steps: int, count: int
) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Return the valid parts of what was there with the padding and without; None where axes do not correspond."""
    if before.ndim != after.ndim:
        return None
    for axis, (one, less) in enumerate(zip(before.shape, after.shape, strict=True)):
        if one == steps and less == count + 1:
            before, after = before.narrow(axis, 0, count), after.narrow(axis, 0, count)
        elif one != less:
            return None
    return before, after


def same(steps: int, count: int) -> Callable[[Sequence[torch.Tensor]], bool]:
    """Return what holds of a tensor whose valid part is the same without the padding, or cannot be compared."""

    def clean(runs: Sequence[torch.Tensor]) -> bool:
        both = _valid(runs[0], runs[1], steps, count)
        gap = moved(*both) if both is not None else None
        return gap is None or not bool(gap.any())

    return clean
