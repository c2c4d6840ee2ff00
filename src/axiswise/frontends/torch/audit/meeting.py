"""Do examples of a batch meet, and does an example's place in the batch matter?

A change of example 0 and one of example 1 may never move the same number: then each number belongs to one example at
most, whatever the layout it lies in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from axiswise.frontends.torch.audit.comparing import Moved, largest, moved
from axiswise.frontends.torch.audit.layout import Layout, changed_at, following, resized
from axiswise.frontends.torch.audit.leaves import Inputs, changed
from axiswise.frontends.torch.audit.subject import Run, Subject


@dataclass(frozen=True, slots=True)
class Effect:
    """What an intervention did to outputs that it should not have reached.

    Attributes:
        variants: The inputs of the runs that show it, the unchanged ones first.
        changed: What was changed, as the user would write it.
        moved: The number that moved most, of those that should not.
        own: How much the numbers moved that may.
        at: The step that was changed, where it was one.
    """

    variants: tuple[Inputs, ...]
    changed: str
    moved: Moved
    own: float
    at: int = 0


@dataclass(slots=True)
class Batch:
    """What runs tell of one axis taken for the batch.

    Attributes:
        known: The layout, with a number of examples that the module runs with.
        base: Its run.
        axes: Which axes of each output follow the batch.
        effect: Another example's output moved; None where none did.
        notes: What met and may, in words.
    """

    known: Layout
    base: Run
    axes: dict[str, tuple[int, ...]]
    effect: Effect | None = None
    notes: list[str] = field(default_factory=list[str])

    @property
    def follows(self) -> bool:
        """Whether some output has the axis."""
        return any(self.axes.values())


def sized(subject: Subject, known: Layout, counts: Sequence[int]) -> tuple[Batch | None, str]:
    """Return the batch in the first of some sizes that the module runs with, and with one less; else why not."""
    raised = ""
    for count in counts:
        inputs, fewer = resized(known, count), resized(known, count - 1)
        base, less = subject.run(inputs), subject.run(fewer)
        raised = base.raised or less.raised
        if not raised:
            axes = following(base.outputs, less.outputs)
            return Batch(Layout(inputs, known.axis, count, known.batched, known.data), base, axes), ""
    return None, raised


def meet(subject: Subject, batch: Batch) -> None:
    """Find out whether examples meet, and write it into what is known of the batch."""
    known = batch.known
    seed = subject.seed
    variants = [changed_at(known.inputs, known.data, {known.axis: at}, seed + at) for at in (0, 1)]
    first, second = (subject.run(inputs) for inputs in variants)
    found: list[tuple[Moved, float]] = []
    for path, before in batch.base.outputs.items():
        one, other = first.outputs.get(path), second.outputs.get(path)
        ours, theirs = (moved(before, each) if each is not None else None for each in (one, other))
        if one is None or ours is None or theirs is None:
            batch.notes.append(f"the shape of `{path}` depends on the data: it was not compared")
            continue
        axes = batch.axes.get(path, ())
        met = ours & theirs
        if len(axes) == 1 and before.shape[axes[0]] == known.count:
            met = ours.clone()
            met.select(axes[0], 0).fill_(False)
        if not bool(met.any()):
            continue
        if len(axes) != 1:
            what = "compares the examples with each other" if axes else "is one value of the whole batch"
            batch.notes.append(f"`{path}` {what}: it may depend on all of them")
        elif before.dtype.is_floating_point or before.dtype.is_complex:
            found.append((largest(path, before, one, met), _most(before, one, ours & ~met)))
        else:
            batch.notes.append(f"`{path}` holds whole numbers: what moves them was not judged")
    if found:
        worst, own = max(found, key=lambda pair: pair[0].amount)
        where = ", ".join([":"] * known.axis + ["0"])
        batch.effect = Effect((known.inputs, *variants), f"{known.data[0]}[{where}]", worst, own)


def _most(before: torch.Tensor, after: torch.Tensor, where: torch.Tensor) -> float:
    return largest("", before, after, where).amount if bool(where.any()) else 0.0


def disjoint(runs: Sequence[torch.Tensor]) -> bool:
    """Return whether no number of a tensor moved in two of the runs: with example 0, and with example 1."""
    ours, theirs = moved(runs[0], runs[1]), moved(runs[0], runs[2])
    return ours is not None and theirs is not None and not bool((ours & theirs).any())


def exchanged(subject: Subject, batch: Batch) -> Effect | None:
    """Return what changed for an example when the batch was put in another order, or None where nothing did."""
    known = batch.known
    order = torch.arange(1, known.count + 1) % known.count

    def change(path: str, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.index_select(known.batched[path], order) if path in known.batched else tensor

    inputs = changed(known.inputs, change)
    run = subject.run(inputs)
    found: list[Moved] = []
    for path, before in batch.base.outputs.items():
        axes, after = batch.axes.get(path, ()), run.outputs.get(path)
        if len(axes) != 1 or before.shape[axes[0]] != known.count or after is None or after.shape != before.shape:
            continue
        there = before.index_select(axes[0], order)
        gap = moved(there, after) if before.dtype.is_floating_point else None
        if gap is not None and bool(gap.any()):
            found.append(largest(path, there, after, gap))
    if not found:
        return None
    worst = max(found, key=lambda each: each.amount)
    return Effect((known.inputs, inputs), f"{known.data[0]} in the order {[*range(1, known.count), 0]}", worst, 0.0)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Whether a tensor is the same, or has an axis along which it is in the new order.

    Attributes:
        count: How many examples there are.
    """

    count: int

    def __call__(self, runs: Sequence[torch.Tensor]) -> bool:
        return self._same(runs[0], runs[1])

    def _same(self, before: torch.Tensor, after: torch.Tensor) -> bool:
        gap = moved(before, after)
        if gap is None or not bool(gap.any()):
            return gap is not None
        order = torch.arange(1, self.count + 1) % self.count
        for axis, size in enumerate(before.shape):
            if size % self.count:
                continue
            every = size // self.count
            inner = torch.arange(every)
            orders = ((order[:, None] * every + inner).flatten(), (inner[:, None] * self.count + order).flatten())
            for each in orders if every > 1 else orders[:1]:
                gap = moved(before.index_select(axis, each), after)
                if gap is not None and not bool(gap.any()):
                    return True
        return False
