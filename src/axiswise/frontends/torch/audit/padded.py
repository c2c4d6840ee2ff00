"""Do padded positions reach valid outputs?

Which positions are padded, a mask or lengths among the inputs say. Tokens are changed behind the embedding: an id that
is no padding any more would be read by masks that are made of ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import torch

from axiswise.frontends.torch.audit.comparing import Moved, largest, moved, regrouped
from axiswise.frontends.torch.audit.layout import another, shortened
from axiswise.frontends.torch.audit.leaves import Inputs, changed, named
from axiswise.frontends.torch.audit.meeting import Batch, Effect
from axiswise.frontends.torch.audit.subject import Disturbed, Subject

_IGNORED = re.compile(r"padding_?mask|pad_?mask|mask_?pad", re.I)
_KEPT = re.compile(r"attention_?mask|input_?mask|valid|token_?mask", re.I)
_MASK = re.compile(r"mask", re.I)
_LENGTHS = re.compile(r"(?:^|_|\b)(?:len|lens|lengths?|sizes)(?:$|_|\b|')|seqlens?", re.I)
_SIDES = (re.compile(r"decoder|tgt|target|trg", re.I), re.compile(r"memory|cross|label", re.I))


@dataclass(frozen=True, slots=True)
class Padding:
    """Which positions are padded.

    Attributes:
        told: The input that says it.
        inputs: The batch, with some padding in it.
        where: Examples by steps, True where it is padding.
        data: The inputs that have these positions.
    """

    told: str
    inputs: Inputs
    where: torch.Tensor
    data: tuple[str, ...]


def paddings(batch: Batch) -> list[list[Padding]]:
    """Return what masks and lengths say is padded; of a mask whose polarity its name does not tell, both readings."""
    known, found = batch.known, list[list[Padding]]()
    if known.axis != 0:
        return []
    tensors = named(known.inputs)
    for path, tensor in tensors.items():
        if path not in known.batched or _SIDES[1].search(path):
            continue
        data = _beside(path, known.data)
        steps = {int(tensors[each].shape[1]) for each in data if tensors[each].ndim >= 2}
        if len(steps) != 1:
            continue
        size = steps.pop()
        if _LENGTHS.search(path) and tensor.ndim == 1 and not tensor.dtype.is_floating_point:
            found.append([_of_lengths(known.inputs, path, tensor, size, data)])
        elif _MASK.search(path) and tuple(tensor.shape) == (known.count, size) and size > 2:
            found.append(_of_mask(known.inputs, path, tensor, data))
    return [[each for each in group if 0 < int(each.where.sum()) < each.where.numel()] for group in found]


def _beside(path: str, data: tuple[str, ...]) -> tuple[str, ...]:
    """Return the inputs that a mask or lengths speak of: the decoder's for the decoder's, the others for others."""
    aimed = tuple(each for each in data if _SIDES[0].search(each))
    rest = tuple(each for each in data if each not in aimed)
    return (aimed if _SIDES[0].search(path) else rest) or data


def _of_lengths(inputs: Inputs, path: str, lengths: torch.Tensor, size: int, data: tuple[str, ...]) -> Padding:
    if int(lengths.min()) >= size or int(lengths.max()) != size:
        short = torch.full_like(lengths, size - max(1, size // 3))
        short[0] = size
        inputs = changed(inputs, lambda name, tensor: short if name == path else tensor)
        lengths = short
    return Padding(path, inputs, torch.arange(size) >= lengths[:, None], data)


def _of_mask(inputs: Inputs, path: str, mask: torch.Tensor, data: tuple[str, ...]) -> list[Padding]:
    said = [True] if _IGNORED.search(path) else [False] if _KEPT.search(path) else [True, False]
    is_one = mask.bool() if not mask.dtype.is_floating_point else mask > 0.5
    if len(said) == 1 and not bool((is_one == said[0]).any()):
        new = mask.clone()
        new[1:, mask.shape[1] - max(1, mask.shape[1] // 3) :] = int(said[0])
        inputs = changed(inputs, lambda name, tensor: new if name == path else tensor)
        is_one = new.bool() if not mask.dtype.is_floating_point else new > 0.5
    return [Padding(path, inputs, is_one == ignored, data) for ignored in said]


def reached(subject: Subject, batch: Batch, padding: Padding) -> tuple[Effect | None, str]:
    """Return what a change of padded positions did to valid outputs, and why it was not looked at."""
    tensors = named(padding.inputs)
    numbers = [path for path in padding.data if tensors[path].dtype.is_floating_point]
    base = subject.run(padding.inputs)
    if base.raised:
        return None, f"it raises where `{padding.told}` tells of padding: {base.raised}"
    disturbed = changed(padding.inputs, partial(_noisy, tuple(numbers), padding.where, subject.seed))
    if len(numbers) < len(padding.data):
        if not any(isinstance(each, torch.nn.Embedding) for each in subject.module.modules()):
            return None, f"what `{padding.told}` masks are ids that no embedding takes: padding was not looked at"
        words = [tensors[path] for path in padding.data if path not in numbers]
        disturbed = Disturbed(disturbed, partial(_behind_embeddings, padding.where, words, subject.seed))
    run = subject.run(disturbed)
    found: list[tuple[Moved, float]] = []
    for path, before in base.outputs.items():
        after, axes = run.outputs.get(path), batch.axes.get(path, ())
        gap = moved(before, after) if after is not None and before.dtype.is_floating_point else None
        if after is None or gap is None or len(axes) != 1 or before.shape[axes[0]] != batch.known.count:
            continue
        valid = gap & ~_padded(gap.shape, padding.where, axes[0])
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
    return Effect((padding.inputs, disturbed), shown, worst, own), ""


def _goes_without(subject: Subject, batch: Batch, padding: Padding, worst: Moved) -> bool:
    """Return whether the example that moved most comes out the same where its padding is cut off.

    Then padding is harmless as it is: an embedding of zeros, as convolutions put behind the end themselves.
    """
    example = worst.index[batch.axes[worst.path][0]]
    valid = ~padding.where[example]
    kept, steps = int(valid.sum()), len(valid)
    if not 0 < kept < steps or not bool(valid[:kept].all()):
        return False
    twice = torch.tensor([example, example])

    def alone(path: str, tensor: torch.Tensor) -> torch.Tensor:
        axis = batch.known.batched.get(path)
        return tensor if axis is None else tensor.index_select(axis, twice)

    inputs = changed(padding.inputs, alone)
    whole, short = subject.run(inputs), subject.run(shortened(inputs, 0, 1, steps, kept))
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


def _padded(shape: Sequence[int], where: torch.Tensor, batch: int) -> torch.Tensor:
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
            valid = examples & ~_padded(examples.shape, where, 0)
            if not bool(valid.any()):
                return True
            for each in regrouped(valid, steps, 1):
                if not bool((each & ~where.view(count, steps, *[1] * (each.ndim - 2))).any()):
                    return True
        return False

    return clean
