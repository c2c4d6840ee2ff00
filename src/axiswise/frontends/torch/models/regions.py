"""For which sizes does a module work: guards are suspicions, sizes that break them are tried.

A symbolic run gives a region: the relations at which the module goes the same way as at the sizes it was run at. The
nearest sizes outside are run concretely. What fails there is a constraint, with these sizes as its counterexample; what
passes is another region, explored in its turn. In the end each size that no constraint excludes has to be in a region.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from axiswise.frontends.torch.models.claims import FAR, Grid, claims, end_of, numbers_in
from axiswise.frontends.torch.models.guards import Relation, Sizes, at_least, at_most, exactly, is_numbered, is_one
from axiswise.frontends.torch.models.loops import counted
from axiswise.frontends.torch.models.proofs import Budget, Constraint, Proof
from axiswise.frontends.torch.models.specs import CallSpec
from axiswise.frontends.torch.models.symbols import Region, Stopped

NEAR = 40
"""How far around the first sizes each axis is looked at."""

FREED = 64
"""How many times as large an axis may become for less to hold by chance."""

Symbolic = Callable[[Mapping[str, int], frozenset[str]], Region | Stopped]
Concrete = Callable[[Mapping[str, int]], Any]


def explore(base: CallSpec, symbolic: Symbolic, concrete: Concrete, budget: Budget | None = None) -> Proof:
    """Return for which sizes of its named axes a call works.

    Args:
        base: The call, with sizes at which it passes.
        symbolic: Runs it on symbols for the given names, at sizes to decide by.
        concrete: Runs it at sizes, and returns what fails, or None.
        budget: How often each may be called.
    """
    return _Explorer(base.sizes(), symbolic, concrete, budget or Budget()).explored()


@dataclass(slots=True)
class _Explorer:
    """What is known so far.

    Attributes:
        base: Sizes at which the module passes.
        free: The names for which symbols stand.
        regions: Where it was run on symbols.
        limits: Relations that must hold: sizes beyond failed, or were not followed.
        failed: Sizes that were run, and what failed there.
        passed: Sizes that were run without a fault.
        reason: What is left open.
    """

    base: dict[str, int]
    symbolic: Symbolic
    concrete: Concrete
    budget: Budget
    free: frozenset[str] = frozenset()
    regions: list[Region] = field(default_factory=list[Region])
    limits: list[Relation] = field(default_factory=list[Relation])
    failed: list[tuple[dict[str, int], Any]] = field(default_factory=list[tuple[dict[str, int], Any]])
    passed: list[dict[str, int]] = field(default_factory=list[dict[str, int]])
    reason: str = ""
    symbolic_runs: int = 0
    concrete_runs: int = 0
    grid: Grid | None = None
    gridded: int = 0

    def explored(self) -> Proof:
        self.passed.append(dict(self.base))
        self._enlarge()
        self.free = frozenset(name for name, size in self.base.items() if size > 1)
        while self.free and self._begun():
            if self._followed():
                return self._proof()
            self.regions, self.limits, self.grid = [], [], None
        self.free = frozenset()
        return self._proof()

    # -- where to begin ------------------------------------------------------------------------------------------------
    def _enlarge(self) -> None:
        """Begin where each size is larger than 1, which stands for itself only."""
        for name in [name for name, size in self.base.items() if size == 1]:
            larger = {**self.base, name: 2}
            if self._fault(larger) is None:
                self.base = larger

    def _begun(self) -> bool:
        """Run the base on symbols, of one name less where it does not run on all; return whether it ran."""
        latest_first = sorted(self.free, key=list(self.base).index, reverse=True)
        fewer = [self.free - {name} for name in latest_first[: max(self.budget.symbolic - 4, 0)]]
        is_late = False
        for free in (self.free, *fewer, frozenset(latest_first[-1:])):
            if is_late and len(free) > 1:
                continue  # one symbol may go fast
            found = self._run_on(self.base, free) if free else Stopped("")
            if isinstance(found, Region):
                self.free, self.regions = free, [found]
                self._generalized()
                return True
            self.reason = self.reason or found.reason
            is_late = is_late or found.late
        return False

    def _generalized(self) -> None:
        """Go on from sizes of which less holds by chance (`height // 32 == 1`), if such pass: most are like them."""
        first = self.regions[0]
        sizes = {**self.base, **{name: size for name in self._names() if (size := self._freed(name, first))}}
        if sizes == self.base or self._is_spent() or self._fault(sizes) is not None:
            return
        found = self._run_on(sizes, self.free)
        if isinstance(found, Region) and _all(found.relations, sizes):
            is_wider = _all(found.relations, self.base)
            self.base, self.regions = (self.base, [found]) if is_wider else (sizes, [found, first])

    def _freed(self, name: str, region: Region) -> int | None:
        """Return the nearest larger size of an axis that is free of what a region has a number for, the rest held."""
        told = [each for each in region.relations if name in each.names and is_numbered(each)]
        ends = {each: end for each in told if not self._is_fixed(each) and (end := self._above(name, each))}
        begin = max(ends.values(), default=FAR)
        if begin > FREED * self.base[name]:
            return None

        def freed(size: int) -> tuple[int, int, int]:
            held = [each for each in region.relations if each.holds({**self.base, name: size})]
            return sum(each not in held for each in ends), len(held), -size

        return max(range(begin, begin + NEAR), key=freed)

    def _followed(self) -> bool:
        """Follow every way out of the regions; return False where a name has to be given up as a symbol."""
        while (found := self._outside()) is not None:
            if not self._crossed(*found):
                return False
        for name in self._names():
            sizes = {**self.base, name: 1}
            if self._is_allowed(sizes) and self._fault(sizes) is not None:
                self.limits.append(at_least(name, 2))
        for doubt, sizes in self._doubtful():
            if not self._is_spent() and self._fault(sizes) is not None:
                self.limits.append(doubt)
        return True

    def _names(self) -> list[str]:
        return [name for name in self.base if name in self.free]

    # -- runs ----------------------------------------------------------------------------------------------------------
    def _run_on(self, sizes: Mapping[str, int], free: frozenset[str]) -> Region | Stopped:
        if self.symbolic_runs >= self.budget.symbolic or self.budget.is_over:
            return Stopped("there are more ways through it than were followed")
        self.symbolic_runs += 1
        return self.symbolic(sizes, free)

    def _is_spent(self) -> bool:
        return self.concrete_runs >= self.budget.concrete or self.budget.is_over

    def _fault(self, sizes: dict[str, int]) -> Any:
        """Run concretely, once for each sizes; return what failed, or None."""
        if sizes in self.passed:
            return None
        for failed, finding in self.failed:
            if failed == sizes:
                return finding
        self.concrete_runs += 1
        finding = self.concrete(sizes)
        if finding is None:
            self.passed.append(sizes)
        else:
            self.failed.append((sizes, finding))
        return finding

    def _crossed(self, sizes: dict[str, int], broken: Relation) -> bool:
        """Run at sizes outside every region; return False where a name has to be given up as a symbol."""
        looped = counted(each for region in self.regions for each in region.relations)
        if looped is not None:
            return self._given_up(looped)
        if self._is_spent():
            self._leave(broken)
        elif self._fault(sizes) is not None:
            self.limits.append(self._sided(self._weakest(broken, sizes), sizes))
        else:
            single = [exactly(name, 1) for name in self._names() if sizes[name] == 1]
            found = self._run_on(sizes, self.free.difference(*(relation.names for relation in single)))
            there = found if isinstance(found, Region) and _all(found.relations, sizes) else None
            if self._is_fixed(broken) and (there is None or not self._has_many(there, broken.names[0])):
                return self._given_up(broken)
            if there is None:
                self._leave(broken)
            else:
                self.regions.append(replace(there, relations=(*single, *there.relations)))
        return True

    def _has_many(self, region: Region, name: str) -> bool:
        """Return whether an axis has more than one size in a region, as where a model resizes all but the usual one."""
        return not any(each.names == (name,) and self._is_fixed(each) for each in region.relations)

    def _given_up(self, relation: Relation) -> bool:
        """Give up a name as a symbol, for a relation that torch, or Python, has with each of its sizes."""
        self.free -= set(relation.names)
        self.reason = self.reason or f"{relation.names[0]} is a fixed number to torch while the module runs"
        return False

    def _weakest(self, broken: Relation, failed: Sizes) -> Relation:
        """Return, of the relations that follow from a broken one and are broken, too, the one that asks for least."""
        grid = self._grid()
        held = grid.mask(broken)
        others = dict.fromkeys(each for region in self.regions for each in region.relations if not each.holds(failed))
        weaker = [broken, *(each for each in others if held & ~grid.mask(each) == 0)]
        return min(
            weaker, key=lambda each: (self._blame(each)[0], -grid.mask(each).bit_count(), *self._blame(each)[1:])
        )

    def _sided(self, broken: Relation, failed: Sizes) -> Relation:
        """Return as a limit a relation that holds between two sizes, on the side only on which the module failed."""
        name = broken.names[0]
        side = at_least(name, failed[name] + 1) if failed[name] < self.base[name] else at_most(name, failed[name] - 1)
        if len(broken.names) > 1 or self._is_spent():
            return broken
        if not all(map(broken.holds, self.passed)):
            return side if all(map(side.holds, self.passed)) else broken
        below, above = self._below(name, broken), self._above(name, broken)
        other = above if failed[name] < self.base[name] else below
        if below is None or above is None or other is None or self._fault({**self.base, name: other}) is not None:
            return broken
        return side

    def _leave(self, relation: Relation) -> None:
        self.limits.append(relation)
        self.reason = self.reason or f"it was not followed where {relation.text} does not hold"

    # -- where regions end ---------------------------------------------------------------------------------------------
    def _is_allowed(self, sizes: Sizes) -> bool:
        return all(limit.holds(sizes) for limit in self.limits)

    def _is_fixed(self, relation: Relation) -> bool:
        """Return whether a relation leaves its one name one size; 1 stands for itself only, in a region of its own."""
        if len(relation.names) != 1:
            return False
        (name,) = relation.names
        return (
            relation != exactly(name, 1)
            and sum(relation.holds({name: size}) for size in range(1, self.base[name] + NEAR)) == 1
        )

    def _outside(self) -> tuple[dict[str, int], Relation] | None:
        """Return sizes that no limit excludes and no region holds, with a relation that ends the nearest region.

        Sizes that break one relation only are looked for first, since what fails there is this relation's doing; of
        them those nearest to the base.
        """
        grid = self._grid()
        open_points = grid.all(self.limits)
        for region in self.regions:
            open_points &= ~grid.all(region.relations)
        best: tuple[tuple[float, ...], dict[str, int], Relation] | None = None
        for region in self.regions:
            ends = grid.telling(region.relations)
            for place in range(len(grid.points)):
                if not open_points >> place & 1:
                    continue
                sizes = grid.points[place]
                broken = [relation for relation in ends if not grid.mask(relation) >> place & 1]
                if broken:
                    end = min(broken, key=lambda each: (is_one(each), *self._blame(each)))
                    rank = is_one(end), self._blame(end)[0], len(broken), *self._distance(sizes)
                    if best is None or rank < best[0]:
                        best = rank, dict(sizes), end
        return (best[1], best[2]) if best is not None else None

    def _blame(self, relation: Relation) -> tuple[int, int, int]:
        """Return how unlikely it is that a relation is a constraint: others pass where it does not hold."""
        beyond = sum(not relation.holds(sizes) for sizes in self.passed)
        return beyond, len(relation.names), len(relation.text)

    def _doubtful(self) -> Iterator[tuple[Relation, dict[str, int]]]:
        """Yield what was taken for granted, with the nearest sizes that break it."""
        grid = self._grid()
        for region in self.regions:
            for doubt in grid.telling(region.doubts):
                broken = grid.all([*self.limits, *region.relations]) & ~grid.mask(doubt)
                places = [place for place in range(len(grid.points)) if broken >> place & 1]
                if places:
                    nearest = min(places, key=lambda place: self._distance(grid.points[place]))
                    yield doubt, dict(grid.points[nearest])

    def _distance(self, sizes: Sizes) -> tuple[int, int]:
        """Return how many axes are not as at the base, and how far they are off."""
        moved = [abs(size - self.base[name]) for name, size in sizes.items() if size != self.base[name]]
        return len(moved), sum(moved)

    def _grid(self) -> Grid:
        """Return sizes to hold against the regions; they are looked for anew when there are more of these."""
        if self.grid is None or self.gridded != len(self.regions):
            self.grid, self.gridded = Grid(self._points()), len(self.regions)
        return self.grid

    def _points(self) -> list[dict[str, int]]:
        """Return sizes to hold against the regions: with one axis changed, and with two."""
        singles = {name: list(dict.fromkeys(self._sizes_of(name))) for name in self._names()}
        alone = [{**self.base, name: size} for name, sizes in singles.items() for size in sizes]
        together = [
            {**self.base, first: size, second: other}
            for first, second in combinations(singles, 2)
            for size in self._few(first, singles[first])
            for other in self._few(second, singles[second])
        ]
        return [dict(self.base), *alone, *together]

    def _few(self, name: str, singles: list[int]) -> list[int]:
        """Return the sizes of an axis that are combined with another's: where one halves, the other may double."""
        base = self.base[name]
        scaled = [size for size in (base, 2 * base, base // 2, 4 * base, base // 4) if size]
        return list(dict.fromkeys([*scaled, *singles[:8], 1, 2, 3, 5, 8, 16]))

    def _sizes_of(self, name: str) -> Iterator[int]:
        """Yield sizes of one axis: where relations begin or cease to hold, then those nearby, then mentioned ones."""
        told = (relation for region in self.regions for relation in (*region.relations, *region.doubts))
        relations = [relation for relation in dict.fromkeys(told) if name in relation.names]
        for relation in relations:
            yield from self._edges(name, relation)
        base = self.base[name]
        for step in range(1, NEAR):
            yield from (size for size in (base + step, base - step) if size >= 1)
        for number in sorted({number for relation in relations for number in numbers_in(relation.text)}):
            yield from (size for size in (number, number + 1, number - 1, 2 * number) if size >= 1)

    def _edges(self, name: str, relation: Relation) -> Iterator[int]:
        """Yield the nearest sizes on both sides at which a relation is not what it is at the base."""
        found = (self._above(name, relation), self._below(name, relation))
        yield from (size for size in found if size is not None)

    def _above(self, name: str, relation: Relation) -> int | None:
        base, differs = self.base[name], self._differing(name, relation)
        near = next(filter(differs, range(base + 1, base + NEAR)), None)
        last = end_of(lambda size: not differs(size), base + NEAR - 1, 1) if near is None else near - 1
        return None if last is None else last + 1

    def _below(self, name: str, relation: Relation) -> int | None:
        return next(filter(self._differing(name, relation), range(self.base[name] - 1, 0, -1)), None)

    def _differing(self, name: str, relation: Relation) -> Callable[[int], bool]:
        at_base = relation.holds(self.base)
        return lambda size: relation.holds({**self.base, name: size}) != at_base

    # -- what is said --------------------------------------------------------------------------------------------------
    def _proof(self) -> Proof:
        names = self._names()
        said = claims({name: self.base[name] for name in names}, self.limits, self._grid()) if names else []
        for relation in said:
            self._tried(relation, said)
        shown = [(each, counter) for each in said if (counter := self._counterexample(each, said)) is not None]
        return Proof(
            tuple(said),
            tuple(Constraint(relation.text, *counter) for relation, counter in shown),
            frozenset(names),
            tuple(self.passed),
            self.reason,
        )

    def _tried(self, relation: Relation, said: Sequence[Relation]) -> None:
        """Run where only one relation is broken: of two that were one guard, each is to have its own counterexample."""
        grid = self._grid()
        others = [other for other in said if other is not relation]
        apart = grid.all(others) & ~grid.mask(relation)
        places = [place for place in range(len(grid.points)) if apart >> place & 1]
        if places and not any(not relation.holds(sizes) and _all(others, sizes) for sizes, _ in self.failed):
            if self.concrete_runs < self.budget.concrete:
                self._fault(dict(grid.points[min(places, key=lambda place: self._distance(grid.points[place]))]))

    def _counterexample(self, relation: Relation, said: Sequence[Relation]) -> tuple[dict[str, int], Any] | None:
        """Return sizes at which the module failed, outside a relation and inside the others if there are such."""
        at = [
            (sum(not other.holds(sizes) for other in said), sizes, finding)
            for sizes, finding in self.failed
            if not relation.holds(sizes)
            and all(sizes[name] == self.base[name] for name in self.base.keys() - self.free)
        ]
        nearest = min(at, key=lambda each: each[0], default=None)
        return nearest[1:] if nearest is not None else None


def _all(relations: Iterable[Relation], sizes: Sizes) -> bool:
    return all(relation.holds(sizes) for relation in relations)
