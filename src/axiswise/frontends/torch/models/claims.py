"""What is said of the sizes that a module works with: `time <= 1024`, `height divisible by 16`.

Guards say one fact in many ways. They are compared by the sizes at which they hold: what follows from the others is
left out, and what they ask of one axis is said as bounds and a step, where that is the same. The rest is said as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import pairwise

from axiswise.frontends.torch.models.guards import Relation, Sizes, among, at_least, at_most, exactly, in_steps

RECTANGLE = 48, 400
"""How far two axes are looked at together."""

FAR = 1 << 24
"""Sizes up to which the end of an axis's sizes is looked for."""

FARTHEST = 1 << 17
"""Sizes up to which one axis is looked at on its own."""

MODULUS = 1024
"""The largest number by which something comes again."""

PERIOD = 64
"""The largest step of which several rests are told."""

RESTS = 3
"""How many rests of one step are told."""


class Grid:
    """Sizes at which relations are compared; sets of them are numbers with a bit for each.

    Attributes:
        points: The sizes.
    """

    def __init__(self, points: Sequence[Sizes]) -> None:
        self.points = points
        self._masks: dict[int, tuple[Relation, int]] = {}

    def mask(self, relation: Relation) -> int:
        """Return where a relation holds."""
        if id(relation) not in self._masks:
            known: dict[tuple[int, ...], str] = {}
            held = "0"
            for point in reversed(self.points):
                sizes = tuple([point[name] for name in relation.names])
                if sizes not in known:
                    known[sizes] = "1" if relation.test(*sizes) else "0"
                held += known[sizes]
            self._masks[id(relation)] = relation, int(held, 2)
        return self._masks[id(relation)][1]

    def all(self, relations: Iterable[Relation]) -> int:
        """Return where all relations hold."""
        return reduce(int.__and__, map(self.mask, relations), (1 << len(self.points)) - 1)

    def telling(self, relations: Iterable[Relation]) -> list[Relation]:
        """Return the relations that do not follow from the others; of two alike the shorter one."""
        kept = list(dict.fromkeys(relations))
        for relation in sorted(kept, key=lambda each: (len(each.names), len(each.text)), reverse=True):
            if self.all(other for other in kept if other is not relation) & ~self.mask(relation) == 0:
                kept = [other for other in kept if other is not relation]
        return kept


def claims(base: Sizes, relations: Iterable[Relation], grid: Grid) -> list[Relation]:
    """Return what relations ask of sizes, in as few and as plain words as can be.

    Args:
        base: Sizes at which all of them hold, the axes in the order in which they are to be told.
        relations: What has to hold.
        grid: Sizes at which relations are compared.
    """
    given = [part for relation in grid.telling(relations) for part in _parted(relation, base, grid)]
    joint = [relation for relation in given if len(relation.names) > 1]
    alone = [each for name in base for each in _fitted(name, given, base)]
    if joint and _is_same(alone, given, base, grid):
        joint = []
    elif joint:
        single = [relation for relation in given if len(relation.names) == 1]
        alone = [each for name in base for each in _fitted(name, single, base)]
    kept = grid.telling([*alone, *joint])
    found: list[Relation] = []
    for name in base:
        is_spoken_of = any(name in relation.names for relation in kept)
        own = [relation for relation in kept if min(relation.names, key=list(base).index) == name]
        found += own if is_spoken_of else [at_least(name, 1)]
    return found


def _parted(relation: Relation, base: Sizes, grid: Grid) -> list[Relation]:
    """Return a relation of several axes as one of each, where that is the same."""
    parts = [part for name in relation.names for part in _fitted(name, [relation], base)]
    return parts if _is_same(parts, [relation], base, grid) else [relation]


def _is_same(parts: list[Relation], whole: list[Relation], base: Sizes, grid: Grid) -> bool:
    """Return whether relations of one axis each hold where all of some others do.

    Where one size is left of an axis, a product may still be made of other two: they are looked for over a rectangle.
    """
    if grid.all(parts) != grid.all(whole):
        return False
    pairs = {relation.names[:2] for relation in whole if len(relation.names) > 1}
    return not any(" == " in part.text for part in parts) or not any(
        _all(whole, point) and not _all(parts, point)
        for first, second in pairs
        for size in range(1, RECTANGLE[0])
        for other in range(1, RECTANGLE[1])
        for point in ({**base, first: size, second: other},)
    )


def _all(relations: Iterable[Relation], sizes: Sizes) -> bool:
    return all(relation.holds(sizes) for relation in relations)


def _fitted(name: str, relations: Iterable[Relation], base: Sizes) -> list[Relation]:
    """Return what relations ask of one axis, with the others as they are, as bounds and a step if that is the same."""
    own = [relation for relation in relations if name in relation.names]
    if not own:
        return []
    holds = _at(name, own, base)
    near = min(FARTHEST, 4 * max(64, base[name], *_moduli(own)))
    sizes = [size for size in range(1, near + 1) if holds(size)]
    steps = {after - before for before, after in pairwise(sizes)}
    if not sizes or len(steps) > 1:
        periodic = _periodic(name, sizes, near, holds) if sizes else []
        return periodic or [relation for relation in own if relation.names == (name,)]
    step = next(iter(steps), 0)
    is_open = bool(step) and sizes[-1] + step > near
    return _progression(name, sizes[0], end_of(holds, sizes[-1], step) if is_open else sizes[-1], step)


def _at(name: str, relations: Sequence[Relation], base: Sizes) -> Callable[[int], bool]:
    """Return a test whether relations hold at a size of one axis, the others as at the base."""
    return lambda size: _all(relations, {**base, name: size})


def _moduli(relations: Iterable[Relation]) -> list[int]:
    """Return the numbers by which what relations say of an axis may come again: no large ones, which are bounds."""
    return [number for relation in relations for number in numbers_in(relation.text) if number <= MODULUS]


def end_of(holds: Callable[[int], bool], last: int, step: int) -> int | None:
    """Return the last of the sizes so many steps apart at which something holds, or None where it goes on."""
    low, high = 0, 1
    while holds(last + high * step):
        low, high = high, 2 * high
        if last + high * step > FAR:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(last + middle * step) else (low, middle)
    return last + low * step


def _progression(name: str, lowest: int, highest: int | None, step: int) -> list[Relation]:
    """Return what says that a size is `lowest`, or some steps more, up to `highest`."""
    if step == 0:
        return [exactly(name, lowest)]
    found = [in_steps(name, step, lowest % step)] if step > 1 else []
    if lowest > step:
        found.append(at_least(name, lowest))
    if highest is not None:
        found.append(at_most(name, highest))
    return found


def _periodic(name: str, sizes: list[int], near: int, holds: Callable[[int], bool]) -> list[Relation]:
    """Return what says that a size leaves one of a few rests of a step, where that is what holds without an end."""
    held = set(sizes)
    for step in range(2, PERIOD + 1):
        rests = sorted({size % step for size in sizes[: RESTS + 1]})
        if len(rests) <= RESTS and all((size % step in rests) == (size in held) for size in range(sizes[0], near)):
            if any(end_of(holds, size, step) is not None for size in sizes[: len(rests)]):
                return []
            is_lowest = not any(size % step in rests for size in range(1, sizes[0]))
            return [among(name, step, rests), *([] if is_lowest else [at_least(name, sizes[0])])]
    return []


def numbers_in(text: str) -> list[int]:
    """Return the whole numbers that a relation's text mentions."""
    words = "".join(sign if sign.isalnum() or sign == "_" else " " for sign in text).split()
    return [int(word) for word in words if word.isdigit()]
