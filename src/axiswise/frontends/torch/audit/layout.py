"""Which axes are the batch and the time: of the inputs by convention and by what the runs bear out, of outputs by runs.

An output's axis follows the batch where it gets shorter with it. Sizes are brought down to a few examples first, in a
number that no other axis has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch

from axiswise.frontends.torch.audit.leaves import Inputs, changed, named

COUNTS = (3, 4, 5, 7)
"""Numbers of examples to run with: the first that no other axis has."""
STEPS = 12
"""Steps that are kept of a long sequence."""

_NO_DATA = re.compile(
    r"mask|len|pos(?:ition)?s?\b|position|idx|index|edge|label|target_?len|type|segment|time_?step", re.I
)
"""Inputs that tell of others: whole numbers that are no data by themselves."""
_IDS = re.compile(r"(?:^|_)(?:idx|index|indices)$", re.I)
"""What indices into other numbers are called, and tokens too where there are no such numbers."""
_STATE = re.compile(r"hidden(?!_states)|(?<!hidden_)state|memory|(?:^|_)[hc](?:_?[0nt])?(?:$|\[)", re.I)
_GRAPH = re.compile(r"edge|adj|graph|batch_index|neigh", re.I)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a batch's axes.

    Attributes:
        inputs: The batch, narrowed.
        axis: Which axis of the inputs is the batch.
        count: How many examples there are.
        batched: The inputs that have it, by path, and where: states of recurrent layers have it behind the layers.
        data: Paths of those among them whose values may be changed.
    """

    inputs: Inputs
    axis: int
    count: int
    batched: Mapping[str, int]
    data: tuple[str, ...]


def layout(inputs: Inputs, axis: int) -> Layout | None:
    """Return the layout of a batch as it is, or None where no input has such an axis."""
    tensors = named(inputs)
    data = {path: each for path, each in tensors.items() if each.ndim > axis and _is_data(tensors, path)}
    plain = {path: each for path, each in data.items() if not _STATE.search(path)}
    sizes = [each.shape[axis] for each in (plain or data).values()]
    sizes = [size for size in sizes if size != 1] or sizes  # one row for all is no batch where others have more
    sizes = sizes or [tensor.shape[axis] for tensor in tensors.values() if tensor.ndim > axis]
    if not sizes:
        return None
    count = max(sizes, key=sizes.count)  # the first of those that are as frequent
    batched = {path: axis for path, each in tensors.items() if each.ndim > axis and each.shape[axis] == count}
    for path, each in tensors.items():
        if path not in batched and each.ndim == 3 and each.shape[1] == count and _STATE.search(path):
            batched[path] = 1
    changeable = _data(tensors, tuple(path for path, at in batched.items() if at == axis))
    return Layout(inputs, axis, count, batched, changeable)


def _data(tensors: Mapping[str, torch.Tensor], batched: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(path for path in batched if _is_data(tensors, path))
    return found or tuple(path for path in batched if tensors[path].dtype != torch.bool and not _is_told(path))


def _is_told(path: str) -> bool:
    return bool(re.search(r"mask|len", path, re.I))


def _is_data(tensors: Mapping[str, torch.Tensor], path: str) -> bool:
    """Return whether a tensor holds examples: numbers, or ids that are no mask, length, position or label."""
    tensor = tensors[path]
    if tensor.dtype.is_floating_point or tensor.dtype.is_complex:
        return not _is_told(path)
    if tensor.dtype == torch.bool or not tensor.numel():
        return False
    is_token = tensor.ndim == 2 and not any(each.dtype.is_floating_point for each in tensors.values())
    if _NO_DATA.search(path) and not (is_token and _IDS.search(path)):
        return False
    return int(tensor.max()) > 1 or int(tensor.min()) < 0


def is_graph(inputs: Inputs) -> bool:
    """Return whether the inputs are a graph's: features of its nodes, and pairs of nodes or what is named as such."""
    tensors = named(inputs)
    nodes = [each.shape[0] for each in tensors.values() if each.ndim == 2 and each.dtype.is_floating_point]
    pairs = [each for each in tensors.values() if each.dtype == torch.int64 and each.ndim == 2 and each.shape[0] == 2]
    is_paired = any(count != 2 and each.numel() and int(each.max()) < count for count in nodes for each in pairs)
    return is_paired or (bool(nodes) and any(_GRAPH.search(path) for path in tensors))


def resized(known: Layout, count: int) -> Inputs:
    """Return the inputs with another number of examples: the first ones, repeated where there are too few."""

    def change(path: str, tensor: torch.Tensor) -> torch.Tensor:
        if path not in known.batched:
            return tensor
        wanted = torch.arange(count) % known.count
        return tensor.index_select(known.batched[path], wanted)

    return changed(known.inputs, change)


def counts_for(known: Layout) -> list[int]:
    """Return numbers of examples worth running with, the best first; the batch's own last."""
    others = {
        size for tensor in named(known.inputs).values() for axis, size in enumerate(tensor.shape) if axis != known.axis
    }
    free = [count for count in COUNTS if count not in others]
    own = [known.count] if 2 <= known.count <= 64 else []
    return [*free[:2], *own]


def shortened(inputs: Inputs, batch: int, axis: int, steps: int, kept: int) -> Inputs:
    """Return the inputs with fewer steps along one axis, in every tensor that has them there; square masks too."""

    def change(path: str, tensor: torch.Tensor) -> torch.Tensor:
        found = tensor
        square = tensor.ndim >= 2 and tensor.shape[-1] == tensor.shape[-2] == steps
        if square and (not tensor.dtype.is_floating_point or re.search("mask|bias", path, re.I)):
            return found[..., :kept, :kept]
        if tensor.ndim > max(axis, batch) and tensor.shape[axis] == steps:
            found = found.narrow(axis, 0, kept)
        return found

    return changed(inputs, change)


def following(long: Mapping[str, torch.Tensor], short: Mapping[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    """Return which axes of each output got shorter when the inputs did."""
    found: dict[str, tuple[int, ...]] = {}
    for path, tensor in long.items():
        other = short.get(path)
        if other is not None and other.ndim == tensor.ndim:
            pairs = enumerate(zip(tensor.shape, other.shape, strict=True))
            found[path] = tuple(axis for axis, (one, less) in pairs if one != less)
    return found


def changed_at(inputs: Inputs, paths: tuple[str, ...], where: Mapping[int, int], seed: int) -> Inputs:
    """Return the inputs with other values at some indices (axis -> index) of some of the tensors.

    Numbers get noise of their own size. Ids become others that the tensor holds, so that they stay valid.
    """

    def change(path: str, tensor: torch.Tensor) -> torch.Tensor:
        if path not in paths or any(axis >= tensor.ndim or at >= tensor.shape[axis] for axis, at in where.items()):
            return tensor
        place = tuple(where.get(axis, slice(None)) for axis in range(tensor.ndim))
        new = tensor.clone()
        new[place] = another(tensor[place], tensor, seed)
        return new

    return changed(inputs, change)


def another(part: torch.Tensor, whole: torch.Tensor, seed: int) -> torch.Tensor:
    """Return values of the kind that a tensor holds, each different from the one it replaces."""
    chance = torch.Generator().manual_seed(seed + 1)
    if whole.dtype.is_floating_point or whole.dtype.is_complex:
        wide = whole.detach().to(torch.float64) if whole.dtype.is_floating_point else whole.detach().abs().double()
        finite = wide[wide.isfinite()]
        scale = float(finite.std()) if finite.numel() > 1 else 0.0
        noise = torch.randn(part.shape, generator=chance, dtype=torch.float64)
        return part + ((noise + noise.sign()) * (scale or 1.0)).to(part.dtype)
    known: torch.Tensor = cast("Any", torch).unique(whole)
    real = known[known != 0] if known.numel() > 2 else known  # 0 is what sequences are padded with
    if real.numel() < 2:
        lowest = int(real.min()) if real.numel() else 0
        return torch.full_like(part, lowest - 1 if lowest > 0 else lowest + 1)
    at = torch.searchsorted(real, part.contiguous()).clamp(max=real.numel() - 1)
    steps = torch.randint(1, real.numel(), part.shape, generator=chance)
    new = real[(at + steps) % real.numel()]
    is_padding = (part == 0) & (known.numel() > 2)
    return new if bool(is_padding.all()) else torch.where(is_padding, part, new)
