"""The broadcasting rule: shapes are aligned at their last axes; sizes are equal or one of them is 1.

Source: the array API standard, "Broadcasting", which NumPy, torch, JAX and TensorFlow share.
"""

from __future__ import annotations

Shape = tuple[int, ...]


def broadcast(*shapes: Shape) -> Shape | None:
    """Return the common shape of all shapes, or None where they do not fit."""
    rank = max((len(shape) for shape in shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for back in range(1, len(shape) + 1):
            size = shape[-back]
            if size == 1 or size == result[-back]:
                continue
            if result[-back] != 1:
                return None
            result[-back] = size
    return tuple(result)


def first_clash(left: Shape, right: Shape) -> tuple[int, int] | None:
    """Return the axes (of left, of right) that do not fit, counted from 0, the last pair first; None when all fit."""
    for back in range(1, min(len(left), len(right)) + 1):
        if left[-back] != right[-back] and 1 not in (left[-back], right[-back]):
            return len(left) - back, len(right) - back
    return None
