"""An axis as a number in several digits, the outermost first.

`view(b, t, 4, 16)` cuts an axis of 64 into two digits of it, `flatten` writes the digits of several axes behind one
another. Digits that lie together again are the axis again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from axiswise.facts import TensorRef


@dataclass(frozen=True, slots=True)
class Factor:
    """A digit of an axis.

    Attributes:
        root: The tensor and the axis of it at which nothing further back is known.
        stride: Of how many of that axis's elements one step of the digit is.
        size: How many values it takes.
    """

    root: tuple[int, int]
    stride: int
    size: int


Axis = tuple[Factor, ...]
"""The factors of one axis, the outermost first; empty for an axis of one element."""


def fresh(ref: TensorRef, axis: int) -> Axis:
    """Return an axis of which nothing further back is known."""
    return (Factor((ref.id, axis), 1, ref.shape[axis]),) if ref.shape[axis] != 1 else ()


def fused(factors: Iterable[Factor]) -> Axis:
    """Return factors with those joined that lie together in the axis they are of."""
    found: list[Factor] = []
    for factor in factors:
        last = found[-1] if found else None
        if last is not None and last.root == factor.root and last.stride == factor.stride * factor.size:
            found[-1] = Factor(factor.root, factor.stride, last.size * factor.size)
        else:
            found.append(factor)
    return tuple(found)


def dealt(factors: Sequence[Factor], sizes: Sequence[int]) -> list[Axis] | None:
    """Deal factors out to axes of given sizes, in order, cutting them where they have to be.

    None where an axis would begin or end within a step of a factor: elements of several axes are mixed then.
    """
    left, found = list(factors), list[Axis]()
    for size in sizes:
        taken: list[Factor] = []
        wanted = size
        while wanted > 1:
            if not left:
                return None
            factor = left.pop(0)
            if wanted % factor.size == 0:
                taken.append(factor)
                wanted //= factor.size
            elif factor.size % wanted == 0:
                inner = factor.size // wanted
                taken.append(Factor(factor.root, factor.stride * inner, wanted))
                left.insert(0, Factor(factor.root, factor.stride, inner))
                wanted = 1
            else:
                return None
        found.append(fused(taken))
    return found
