"""How a reshape carries axes over: groups of input axes whose product is the product of a group of output axes.

Row-major order fixes the grouping: both shapes are read from the left, and a group closes once the products agree.
"""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Input axes that together become output axes."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def groups(before: Shape, after: Shape) -> tuple[Group, ...]:
    """Return the groups of a reshape, left to right; empty where the numbers of elements differ or one is 0.

    Axes of size 1 belong to a group of their own, or to none on the other side.
    """
    found: list[Group] = []
    i = j = 0
    while i < len(before) or j < len(after):
        if i < len(before) and j < len(after) and before[i] == after[j]:
            found.append(Group((i,), (j,)))
            i, j = i + 1, j + 1
            continue
        if i < len(before) and before[i] == 1:
            found.append(Group((i,), ()))
            i += 1
            continue
        if j < len(after) and after[j] == 1:
            found.append(Group((), (j,)))
            j += 1
            continue
        if i >= len(before) or j >= len(after):
            return ()
        first_i, first_j = i, j
        left, right = before[i], after[j]
        i, j = i + 1, j + 1
        while left != right:
            if left < right and i < len(before):
                left *= before[i]
                i += 1
            elif right < left and j < len(after):
                right *= after[j]
                j += 1
            else:
                return ()
        found.append(Group(tuple(range(first_i, i)), tuple(range(first_j, j))))
    return tuple(found)


def viewable(shape: Shape, strides: Shape, wanted: Shape) -> bool:
    """Return whether a strided tensor can be seen under another shape without a copy.

    Source: torch's rule for `Tensor.view`: each new axis subdivides an old one, or spans old axes that lie together in
    memory (`stride[i] == stride[i + 1] * size[i + 1]`).
    """
    if 0 in shape:
        return True
    runs: list[list[int]] = []  # [elements, stride of the last axis] of axes that lie together
    for size, stride in zip(shape, strides, strict=True):
        if size == 1:
            continue
        if runs and runs[-1][1] == stride * size:
            runs[-1] = [runs[-1][0] * size, stride]
        else:
            runs.append([size, stride])
    left = [size for size in wanted if size != 1]
    for elements, _ in reversed(runs):
        product = 1
        while left and product < elements:
            product *= left.pop()
        if product != elements:
            return False
    return not left
