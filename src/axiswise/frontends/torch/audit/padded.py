"""Do padded positions reach valid outputs?

Tokens are changed behind the embedding: an id that
is no padding any more would be read by masks that are made of ids.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import torch

from axiswise.frontends.torch.audit.comparing import Moved, largest, moved, regrouped
from axiswise.frontends.torch.audit.layout import another
from axiswise.frontends.torch.audit.leaves import Inputs, changed, named
from axiswise.frontends.torch.audit.meeting import Batch, Effect
from axiswise.frontends.torch.audit.padding import Padding
from axiswise.frontends.torch.audit.subject import Disturbed, Subject
from axiswise.frontends.torch.audit.trimmed import trimmed


def reached(subject: Subject, batch: Batch, padding: Padding) -> tuple[Effect | None, str]:
    """Return what a change of padded positions did to valid outputs, and why it was not looked at."""
    base = subject.run(padding.inputs)
    if base.raised:
        return None, f"it raises where `{padding.told}` tells of padding: {base.raised}"
    other = disturbed(subject, padding.inputs, padding.data, padding.where)
    if other is None:
        return None, f"what `{padding.told}` masks are ids that no embedding takes: padding was not looked at"
    run = subject.run(other)
    found: list[tuple[Moved, float]] = []
    for path, before in base.outputs.items():
        after, axes = run.outputs.get(path), batch.axes.get(path, ())
        gap = moved(before, after) if after is not None and before.dtype.is_floating_point else None
        if after is None or gap is None or len(axes) != 1 or before.shape[axes[0]] != batch.known.count:
            continue
        valid = gap & ~at_padding(gap.shape, padding.where, axes[0])
        if bool(valid.any()):
            rest = gap & ~valid
            own = largest("", before, after, rest).amount if bool(rest.any()) else 0.0
            found.append((largest(path, before, after, valid), own))
    if not found:
        return None, ""
    worst, own = max(found, key=lambda pair: pair[0].amount)
    if _goes_without(subject, batch, padding, worst):
        return None, f"`{worst.path}` is what it is without the padding: only other values there would change it"
    example, step = (int(each) for each in padding.where.nonzero()[0])
    shown = f"{padding.data[0]}[{example}, {step}:]"
    return Effect((padding.inputs, other), shown, worst, own), ""


def disturbed(subject: Subject, inputs: Inputs, data: tuple[str, ...], where: torch.Tensor) -> Inputs | None:
    """Return inputs with other values at some positions, ids behind their embedding; None where none takes them."""
    tensors = named(inputs)
    numbers = tuple(path for path in data if tensors[path].dtype.is_floating_point)
    other = changed(inputs, partial(_noisy, numbers, where, subject.seed))
    if len(numbers) == len(data):
        return other
    if not any(isinstance(each, torch.nn.Embedding) for each in subject.module.modules()):
        return None
    words = [tensors[path] for path in data if path not in numbers]
    return Disturbed(other, partial(_behind_embeddings, where, words, subject.seed))


def _goes_without(subject: Subject, batch: Batch, padding: Padding, worst: Moved) -> bool:
    """Return whether the example that moved most comes out the same where its padding is cut off.

    Then padding is harmless as it is: an embedding of zeros, as convolutions put behind the end themselves.
    """
    cut = trimmed(batch, padding, worst.index[batch.axes[worst.path][0]])
    if cut is None:
        return False
    whole, short = subject.run(cut[0]), subject.run(cut[1])
    before, after = whole.outputs.get(worst.path), short.outputs.get(worst.path)
    if before is None or after is None or before.ndim != after.ndim:
        return False
    common = tuple(slice(min(sizes)) for sizes in zip(before.shape, after.shape, strict=True))
    gap = moved(before[common], after[common])
    return gap is not None and not bool(gap.any())


def _noisy(paths: tuple[str, ...], where: torch.Tensor, seed: int, path: str, tensor: torch.Tensor) -> torch.Tensor:
    if path not in paths or tuple(tensor.shape[:2]) != tuple(where.shape):
        return tensor
    new = tensor.clone()
    new[where] = another(tensor[where], tensor, seed)
    return new


def _in_place(words: torch.Tensor, ids: torch.Tensor) -> bool:
    """Return whether ids stand for words place by place: not shifted by one for a decoder, and no positions."""
    if words.shape != ids.shape:
        return False
    unique: Any = cast("Any", torch).unique
    pairs = torch.stack((words.flatten(), ids.flatten().to(words.dtype)))
    return unique(pairs, dim=1).shape[1] == unique(words).numel()


@contextmanager
def _behind_embeddings(
    where: torch.Tensor, words: Sequence[torch.Tensor], seed: int, module: torch.nn.Module
) -> Generator[None]:
    """Change what embeddings return for words at padded positions, while a run lasts."""

    def disturb(_module: Any, args: Any, result: torch.Tensor) -> torch.Tensor | None:
        ids = args[0] if args else None
        if not isinstance(ids, torch.Tensor) or ids.shape != where.shape or int(ids.max()) <= 1:
            return None
        if not any(_in_place(each, ids) for each in words):
            return None
        return _noisy(("",), where, seed, "", result)

    embeddings = [each for each in module.modules() if isinstance(each, torch.nn.Embedding)]
    handles = [each.register_forward_hook(disturb) for each in embeddings]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def at_padding(shape: Sequence[int], where: torch.Tensor, batch: int) -> torch.Tensor:
    """Return where in a tensor of a shape some axis of the steps' number is at a padded position."""
    found = torch.zeros(tuple(shape), dtype=torch.bool)
    for axis, size in enumerate(shape):
        if axis != batch and size == where.shape[1]:
            spread = [1] * len(shape)
            spread[batch], spread[axis] = where.shape
            found = found | (where if batch < axis else where.T).reshape(spread)
    return found


def unreached(where: torch.Tensor) -> Callable[[Sequence[torch.Tensor]], bool]:
    """Return what holds of a tensor that padding did not reach: it moved at padded positions only."""
    count, steps = where.shape

    def clean(runs: Sequence[torch.Tensor]) -> bool:
        gap = moved(runs[0], runs[1])
        if gap is None or not bool(gap.any()):
            return gap is not None
        for examples in regrouped(gap, count):
            valid = examples & ~at_padding(examples.shape, where, 0)
            if not bool(valid.any()):
                return True
            for each in regrouped(valid, steps, 1):
                if not bool((each & ~where.view(count, steps, *[1] * (each.ndim - 2))).any()):
                    return True
        return False

    return clean
