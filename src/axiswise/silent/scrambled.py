"""A reshape that calls an axis by a size that other elements stand behind: `view(B, H, T, D)` of `(B, T, H * D)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, TypeVar

from axiswise.algebra.grouping import groups
from axiswise.facts import Conflict, OpCall, Shape, Trace
from axiswise.silent.claims import Claim, asked_of, displaced, is_mended
from axiswise.silent.factors import Axis, dealt
from axiswise.silent.following import Uses
from axiswise.silent.lineage import Lineage

Item = TypeVar("Item")


def scrambled(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield the reshapes that put an axis where its elements do not lie; facts: `axis`, `claimed`, `part`, `turns`."""
    lineage = uses.lineage
    for index, claims in lineage.displaced.items():
        call = trace.calls[index]
        before = lineage.of(call.operands["input"])
        claim = max(claims, key=lambda each: each.weight)
        claimed = next((place for place, own in enumerate(before) if own and own == claim.unit), -1)
        facts: dict[str, Any] = {"axis": claim.axis, "claimed": claimed, "mixed": not claim.unit, "part": claim.is_part}
        # Of a multiple, one exchange leaves the other factor where it lies: of patches, rows of the image.
        facts["turns"] = _turns(call, lineage, claims) if claim.unit and not claim.is_part else []
        yield Conflict("scrambled", call, facts=facts)


def _turns(call: OpCall, lineage: Lineage, claims: Sequence[Claim]) -> list[tuple[str, int, int]]:
    """Return the exchanges of two axes with which nothing is displaced: before the reshape, or of what it gives.

    Of several of one kind those with which most parts lie together again: windows go back where they were cut.
    """
    given, after = call.operands["input"].shape, call.outputs[0].shape
    before, asked = lineage.of(call.operands["input"]), asked_of(call)
    found: dict[tuple[str, int, int], int] = {}
    cut = [group for group in groups(given, after) if len(group.outputs) > 1]
    moved = [axis for group in cut for axis in group.outputs] or list(range(len(after)))
    if len(asked) == len(after) and not any(claim.is_merged for claim in claims):
        for one, other in combinations(moved, 2):
            sizes = _exchanged(after, one, other)
            if not displaced(before, given, sizes, _exchanged(asked, one, other), lineage.axis):
                found["after", one, other] = _parts(before, given, sizes)
    for one, other in combinations(range(len(given)), 2):
        sizes = _exchanged(given, one, other)
        turned = _exchanged(before, one, other)
        is_right = is_mended(claims, turned, sizes, after)
        if is_right and groups(sizes, after) and not displaced(turned, sizes, after, asked, lineage.axis):
            found["before", one, other] = _parts(turned, sizes, after)
    least = {turn[0]: min(parts for other, parts in found.items() if other[0] == turn[0]) for turn in found}
    return [turn for turn, parts in found.items() if parts == least[turn[0]]]


def _parts(before: Sequence[Axis], given: Shape, after: Shape) -> int:
    """Return of how many parts the axes are that a reshape gives."""
    dealt_out = (
        dealt([factor for axis in group.inputs for factor in before[axis]], [after[axis] for axis in group.outputs])
        for group in groups(given, after)
    )
    return sum(len(own) for held in dealt_out for own in held or ())


def _exchanged(items: tuple[Item, ...], one: int, other: int) -> tuple[Item, ...]:
    turned = [*items]
    turned[one], turned[other] = items[other], items[one]
    return tuple(turned)
