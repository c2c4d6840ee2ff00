"""What a reshape says its axes are, by the sizes it asks for, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

from axiswise.algebra.grouping import groups
from axiswise.facts import OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.origin import Origin, origin_of
from axiswise.silent.factors import Axis, Factor, dealt, fused

CERTAIN = 2
"""The weight of a claim that needs no other beside it."""

Named = Callable[[int, int], Axis | None]
"""Returns what an axis of a tensor of the run is made of."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An axis that a reshape gives, said to be another than it holds.

    Attributes:
        axis: Its position.
        unit: What its size says it is; empty where it holds parts of several axes and no size says what is meant.
        weight: How much that is worth.
        is_part: Its size is a multiple of that axis's; of parts of several, one is worked out from such an axis's.
        is_merged: It is put together of some of that axis and some of another.
    """

    axis: int
    unit: Axis
    weight: int
    is_part: bool = False
    is_merged: bool = False


def displaced(before: Sequence[Axis], given: Shape, after: Shape, asked: Sequence[int], named: Named) -> list[Claim]:
    """Return the axes of a reshape that hold another axis than the one whose size they were asked for by.

    Args:
        before: What the axes are made of that go in.
        given: Their sizes.
        after: The sizes of those that come out.
        asked: What was written for each; -1 among them, or nothing where they were not written one by one.
        named: What an axis is made of that a size was read off.
    """
    whole: list[Claim] = []
    for group in groups(given, after):
        found: list[Claim] = []
        inputs = [axis for axis in group.inputs if before[axis]]
        factors = [factor for axis in inputs for factor in before[axis]]
        outputs = [axis for axis in group.outputs if after[axis] != 1]
        if len(factors) < 2 or len(outputs) < 2:
            continue
        held = dealt(factors, [after[axis] for axis in outputs])
        if held is not None and all(factor in factors for own in held for factor in own):
            continue  # nothing is cut: whole axes stand side by side
        runs = [
            fused(factor for axis in inputs[first:last] for factor in before[axis])
            for first, last in combinations(range(len(inputs) + 1), 2)
            if last - first < len(inputs)
        ]
        units = list(dict.fromkeys(runs + [(factor,) for factor in factors]))
        apart = [] if held is None else [unit for unit in _reunited(factors) if unit not in runs]
        is_moved = sorted(given[axis] for axis in inputs) == sorted(after[axis] for axis in outputs)
        for place, axis in enumerate(outputs):
            size = asked[axis] if len(asked) == len(after) else -1
            claims = _claims(size, after[axis], units, named, is_moved=is_moved)
            if not any(weight == CERTAIN for _, weight in claims):
                claims = [(unit, CERTAIN) for unit in apart if _is_asked(size, unit, named)] or claims
            if claims and held is None:  # an axis begins within a step of another: no reading of it is meant
                found.append(Claim(axis, claims[0][0], CERTAIN))
            elif claims and held is not None and held[place] not in [unit for unit, _ in claims]:
                found.append(Claim(axis, *claims[0]))
            elif held is not None and (unit := _left_out(size, named, factors, held[place])):
                found.append(Claim(axis, unit, CERTAIN, is_part=True))
        if held is None and not any(claim.axis in outputs for claim in found):
            products = [_read_off(asked[axis], named, factors) for axis in outputs if len(asked) == len(after)]
            found.append(Claim(outputs[0], (), CERTAIN, is_part=any(products)))
        # Sides are cut alike: what happens to fit on one does so on the other, and is told twice.
        whole += found if sum(claim.weight for claim in found) >= CERTAIN else []
    merged = _merged(before, given, after, asked, named)
    whole += merged if sum(claim.weight for claim in merged) >= CERTAIN else []
    return [*whole, *_exchanged(before, given, after, asked, named)]


def is_mended(claims: Sequence[Claim], before: Sequence[Axis], given: Shape, after: Shape) -> bool:
    """Return whether axes that were put together of several would be whole behind a reshape."""
    held = {
        axis: fused(factor for own in group.inputs for factor in before[own])
        for group in groups(given, after)
        for axis in group.outputs
        if len(group.outputs) == 1
    }
    return all(held.get(claim.axis) == claim.unit for claim in claims if claim.is_merged)


def _merged(before: Sequence[Axis], given: Shape, after: Shape, asked: Sequence[int], named: Named) -> list[Claim]:
    """Return axes asked for by the size of one that lies in parts, and put together of some of these and another's.

    Windows that are as many as they are long: `(rows, columns, row, column)` is no `(rows * row, columns * column)`.
    What a layer made anew of a part of it lies nowhere else.
    """
    found: list[Claim] = []
    for group in groups(given, after) if len(asked) == len(after) else ():
        held = fused(factor for axis in group.inputs for factor in before[axis])
        outputs = [axis for axis in group.outputs if after[axis] != 1]
        origin = origin_of(asked[outputs[0]]) if len(outputs) == 1 and asked[outputs[0]] > 0 else None
        unit = named(origin.tensor, origin.axis) if origin is not None and origin.kind == "axis" else None
        roots, own = {factor.root for factor in held}, {factor.root for factor in unit or ()}
        there = prod(factor.size for axis in before for factor in axis if factor.root in own)
        if unit and unit != held and own < roots and there == prod(factor.size for factor in unit):
            found.append(Claim(outputs[0], unit, 1, is_merged=True))
    return found


def asked_of(call: OpCall) -> tuple[int, ...]:
    """Return what a reshape asks for, axis by axis; a layer that keeps the examples asks for what one of them holds."""
    if call.op == "reshape_samples":
        return (call.operands["input"].shape[0], *numbers(call.params.get("target_shape")))
    return numbers(call.params.get("shape"))


def _exchanged(before: Sequence[Axis], given: Shape, after: Shape, asked: Sequence[int], named: Named) -> list[Claim]:
    """Return two axes as long as each other that are asked for by one another's sizes: a reshape exchanges nothing."""
    if len(asked) != len(after) or given != after:
        return []
    read = [_read(origin_of(size), named, before) for size in asked]
    return [
        Claim(axis, unit, CERTAIN)
        for axis, unit in enumerate(read)
        if unit
        and unit != before[axis]
        and any(unit == before[i] and read[i] == before[axis] for i in range(len(read)))
    ]


def _read(origin: Origin | None, named: Named, before: Sequence[Axis]) -> Axis | None:
    """Return the axes, in the order they lie in, that a size was read off or is the product of; None where of none."""
    if origin is None or origin.kind not in ("axis", "*"):
        return None
    if origin.kind == "axis":
        return named(origin.tensor, origin.axis)
    units = [_read(part, named, before) for part in origin.parts]
    factors = [factor for unit in units for factor in unit or ()]
    if any(unit is None for unit in units) or not all(any(factor in own for own in before) for factor in factors):
        return None
    return fused(factor for own in before for factor in own if factor in factors)


def _left_out(asked: int, named: Named, factors: Sequence[Factor], held: Axis) -> Axis | None:
    """Return an axis whose size, or a part of it, is a factor of what is asked for, and of which nothing is held."""
    roots = {factor.root for factor in held}
    units = _read_off(asked, named, factors)
    return next((unit for unit in units if roots.isdisjoint(factor.root for factor in unit)), None)


def _read_off(asked: int, named: Named, factors: Sequence[Factor]) -> list[Axis]:
    """Return the axes that go in by whose sizes a product was worked out."""
    origins = _multiplied(origin_of(asked) if asked > 0 else None)
    units = [named(each.tensor, each.axis) for each in origins if each.kind == "axis"]
    return [unit for unit in units if unit and all(factor in factors for factor in unit)]


def _multiplied(origin: Origin | None) -> Iterator[Origin]:
    """Yield the factors of a product; of one that counts the parts of an axis (`width // 8`), the axis."""
    for part in origin.parts if origin is not None and origin.kind == "*" else ():
        yield part.parts[0] if part.kind == "//" else part
        yield from _multiplied(part)


def _reunited(factors: Sequence[Factor]) -> list[Axis]:
    """Return the axes of which several digits are there: what heads and their widths are of."""
    ordered = sorted(factors, key=lambda factor: (factor.root, -factor.stride))
    return [(factor,) for factor in fused(ordered) if factor not in factors]


def _is_asked(asked: int, unit: Axis, named: Named) -> bool:
    """Return whether a size that is no other axis's is as long as an axis is."""
    origin = origin_of(asked) if asked > 0 else None
    is_others = origin is not None and origin.kind == "axis" and named(origin.tensor, origin.axis) != unit
    return asked == prod(factor.size for factor in unit) and not is_others


def _claims(
    asked: int, size: int, units: Sequence[Axis], named: Named, *, is_moved: bool = False
) -> list[tuple[Axis, int]]:
    """Return the axes that a size says it is: the one it was read off, else those that are as long.

    Sizes read off a tensor that has nothing to do with this one say as much as numbers do where they are only moved.
    """
    origin = origin_of(asked) if asked >= 0 else None  # `-1` is written, and stands for what is left over
    unit = _read(origin, named, units)
    roots = {factor.root for own in units for factor in own}
    is_read = bool(unit) and origin is not None and origin.kind == "axis"
    is_foreign = is_moved and is_read and roots.isdisjoint(factor.root for factor in unit or ())
    if unit is not None and not is_foreign:
        return [(unit, CERTAIN)] if unit in units or (origin is not None and origin.parts) else []
    if origin is not None and (origin.parts or origin.kind == "axis") and not is_foreign:
        return []  # what was computed is no axis that was there before
    alike = [unit for unit in units if prod(factor.size for factor in unit) == size]
    # A size that is left over and comes out as one axis alone: the others' sizes were worked out for that one.
    weight = CERTAIN if asked == -1 and len(alike) == 1 else 1
    return [(unit, weight) for unit in alike]
