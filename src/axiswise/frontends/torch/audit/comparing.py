"""Two runs side by side: which numbers moved, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

ROUNDING = 200.0
"""How many units of rounding, of the largest number there, two runs may differ by and still be one."""


def moved(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor | None:
    """Return where two tensors differ by more than rounding, or None where they cannot be compared."""
    if before.shape != after.shape or before.dtype != after.dtype:
        return None
    if not before.dtype.is_floating_point and not before.dtype.is_complex:
        return before != after
    if before.dtype.is_complex:
        before, after = torch.view_as_real(before), torch.view_as_real(after)
        found = moved(before, after)
        return found.any(-1) if found is not None else None
    finite = before.isfinite() & after.isfinite()
    one, other = before.double(), after.double()
    largest = float(torch.where(finite, one.abs(), 0.0).max()) if one.numel() else 0.0
    allowed = ROUNDING * torch.finfo(before.dtype).eps * max(largest, 1e-30)
    differs = (one - other).abs() > allowed
    # Two infinities of one sign are one value; so are two that are no numbers.
    unequal = (one != other) & ~(one.isnan() & other.isnan())
    return torch.where(finite, differs, unequal)


def regrouped(tensor: torch.Tensor, number: int, first: int = 0) -> Iterator[torch.Tensor]:
    """Yield a tensor with an axis of some size moved to the place `first`: each that it has from there on.

    Axes that may hold it beside others (heads within the batch, the batch within time) are split, both ways.
    """
    for axis in range(first, tensor.ndim):
        size = tensor.shape[axis]
        if size == number:
            yield tensor.movedim(axis, first)
        elif size and size % number == 0:
            before, after = tensor.shape[:axis], tensor.shape[axis + 1 :]
            yield tensor.reshape(*before, number, size // number, *after).movedim(axis, first)
            yield tensor.reshape(*before, size // number, number, *after).movedim(axis + 1, first)


@dataclass(frozen=True, slots=True)
class Moved:
    """The number that moved most.

    Attributes:
        path: Of the tensor (`output['logits']`).
        index: Where in it.
        before: Its value.
        after: Its value once the input was changed.
    """

    path: str
    index: tuple[int, ...]
    before: float
    after: float

    @property
    def amount(self) -> float:
        return abs(self.after - self.before)


def largest(path: str, before: torch.Tensor, after: torch.Tensor, where: torch.Tensor) -> Moved:
    """Return the number that moved most among those that a mask marks."""
    one, other = before.detach().double(), after.detach().double()
    gap = torch.where(where, (one - other).abs().nan_to_num(float("inf"), float("inf")), -1.0)
    flat = int(gap.flatten().argmax())
    index = tuple(int(each) for each in torch.unravel_index(torch.tensor(flat), gap.shape))
    return Moved(path, index, float(one[index]), float(other[index]))


def alike(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    """Return whether two runs returned the same."""
    if first.keys() != second.keys():
        return False
    gaps = (moved(first[path], second[path]) for path in first)
    return all(gap is not None and not bool(gap.any()) for gap in gaps)
