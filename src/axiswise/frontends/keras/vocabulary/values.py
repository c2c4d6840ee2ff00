"""The numbers in an array, where they are at hand: not while a graph is traced."""

from __future__ import annotations

import sys
from typing import Any, cast

import numpy as np

ENTRIES = 1 << 22
"""Entries of one array that are looked through."""


def known_values(array: Any) -> Any:
    """Return an array's numbers as a NumPy array; None for a symbolic one, and for one that is very large."""
    numbers = _values(array)
    return numbers if numbers is not None and 0 < numbers.size <= ENTRIES else None


def extremes(numbers: Any) -> dict[str, int]:
    """Return the largest and the smallest of the numbers, as the parameters that contracts read; nothing without any.

    Args:
        numbers: An array of indices or class numbers, or None.
    """
    if numbers is None or not numbers.size or numbers.dtype.kind not in "iufb" or not np.isfinite(numbers).all():
        return {}
    return {"highest_index": int(numbers.max()), "lowest_index": int(numbers.min())}


def _values(array: Any) -> Any:
    if isinstance(array, np.ndarray):
        return cast("Any", array)
    if type(array).__name__ in ("EagerTensor", "ResourceVariable", "ArrayImpl"):
        return np.asarray(array)
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(array, torch.Tensor) and not array.is_meta:
        return array.detach().cpu().numpy()
    return None
