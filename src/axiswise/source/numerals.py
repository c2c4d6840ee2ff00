"""Which number is likelier to have been meant: one that is written elsewhere too, a rounder one."""

from __future__ import annotations

import ast
from collections import Counter

from axiswise.source.text import SourceFile


def likelier(source: SourceFile, current: int, wanted: int) -> float:
    """Return how much likelier `wanted` is than `current`: used elsewhere in the file, and rounder."""
    counts = literal_counts(source)
    familiar = min(counts[wanted], 3) - min(max(counts[current] - 1, 0), 3)
    return 0.15 * familiar + 0.04 * (roundness(wanted) - roundness(current))


def literal_counts(source: SourceFile) -> Counter[int]:
    """Return how often each whole number is written in a file."""
    return Counter(
        node.value for node in ast.walk(source.tree) if isinstance(node, ast.Constant) and type(node.value) is int
    )


def roundness(number: int) -> int:
    """Return how often a number divides by two, at most 6: sizes that people choose are rounder than slips."""
    count = 0
    while number and number % 2 == 0 and count < 6:
        number //= 2
        count += 1
    return count
