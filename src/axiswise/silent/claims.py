"""What a reshape says its axes are, by the sizes it asks for, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from axiswise.algebra.grouping import groups
from axiswise.facts import Shape
from axiswise.origin import origin_of
from axiswise.silent.factors import Axis, dealt

CERTAIN = 2
"""The weight of a claim that needs no other beside it."""

Named = Callable[[int, int], Axis | None]
"""Returns what an axis of a tensor of the run is made of."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An axis that a reshape gives, said to be another than it holds.

    Attributes:
        axis: Its position.
        unit: What its size says it is.
        weight: How much that is worth.
    """

    axis: int
    unit: Axis
    weight: int


def displaced(before: Sequence[Axis], given: Shape, after: Shape, asked: Sequence[int], named: Named) -> list[Claim]:
    """Return the axes of a reshape that hold another axis than the one whose size they were asked for by.

    Args:
        before: What the axes are made of that go in.
        given: Their sizes.
        after: The sizes of those that come out.
        asked: What was written for each; -1 among them, or nothing where they were not written one by one.
        named: What an axis is made of that a size was read off.
    """
    found: list[Claim] = []
    for group in groups(given, after):
        inputs = [axis for axis in group.inputs if before[axis]]
        factors = [factor for axis in inputs for factor in before[axis]]
        outputs = [axis for axis in group.outputs if after[axis] != 1]
        if len(factors) < 2 or len(outputs) < 2:
            continue
        held = dealt(factors, [after[axis] for axis in outputs])
        if held is not None and all(factor in factors for own in held for factor in own):
            continue  # nothing is cut: whole axes stand side by side
        units = list(dict.fromkeys([before[axis] for axis in inputs] + [(factor,) for factor in factors]))
        for place, axis in enumerate(outputs):
            claims = _claims(asked[axis] if len(asked) == len(after) else -1, after[axis], units, named)
            if claims and held is None:  # an axis begins within a step of another: no reading of it is meant
                found.append(Claim(axis, claims[0][0], CERTAIN))
            elif claims and held is not None and held[place] not in [unit for unit, _ in claims]:
                found.append(Claim(axis, *claims[0]))
    return found if sum(claim.weight for claim in found) >= CERTAIN else []


def _claims(asked: int, size: int, units: Sequence[Axis], named: Named) -> list[tuple[Axis, int]]:
    """Return the axes that a size says it is: the one it was read off, else those that are as long."""
    origin = origin_of(asked)
    if origin is not None and origin.kind == "axis":
        unit = named(origin.tensor, origin.axis)
        return [(unit, CERTAIN)] if unit is not None and unit in units else []
    if origin is not None and origin.parts:
        return []  # what was computed is no axis that was there before
    alike = [unit for unit in units if prod(factor.size for factor in unit) == size]
    # A size that is left over and comes out as one axis alone: the others' sizes were worked out for that one.
    weight = CERTAIN if asked == -1 and len(alike) == 1 else 1
    return [(unit, weight) for unit in alike]
