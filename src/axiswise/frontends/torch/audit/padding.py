"""Which positions are padding: what a mask or lengths among the inputs say."""

from __future__ import annotations

import re
from dataclasses import dataclass

import torch

from axiswise.frontends.torch.audit.leaves import Inputs, changed, named
from axiswise.frontends.torch.audit.meeting import Batch

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


def tells(name: str) -> bool:
    """Return whether an input of some name would say what is padded."""
    return bool(_MASK.search(name) or _LENGTHS.search(name))


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
