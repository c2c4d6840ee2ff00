"""Inputs of another number of axes, for an operation that takes another number than it was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count

from axiswise.facts import Conflict, OpCall, is_series
from axiswise.frontends.torch.models.changing import replaced, spec_of
from axiswise.frontends.torch.models.ideas import FLAT, LINES, MAPS, OTHER, SERIES, SIZES, VOLUMES
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec
from axiswise.frontends.torch.models.trials import Trial

RANKED = {
    1: ("batch",),
    2: FLAT,
    3: SERIES,
    4: MAPS,
    5: VOLUMES,
    6: ("batch", "channels", "frames", "depth", "height", "width"),
}
"""The usual axes of an input, by their number."""


def usual_axes(rank: int) -> tuple[str, ...]:
    """Return the usual names of an input's axes, by their number."""
    if rank in RANKED or rank < 1:
        return RANKED.get(rank, ())
    first, last = RANKED[6][:2], RANKED[6][2:]
    return (*first, *(f"axis_{at}" for at in range(2, rank - len(last))), *last)


def reranked(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield calls in which the inputs behind an operand have the number of axes that is asked for."""
    role, given, wanted = _asked(conflict)
    operand = conflict.call.operands.get(role) or next(iter(conflict.call.operands.values()), None)
    if operand is None:
        return
    paths = list(trial.inputs_of(operand.id))
    for path in paths:
        spec = spec_of(trial.call, path)
        for rank in wanted if spec is not None else ():
            yield from of_rank(trial.call, path, len(spec.axes) + rank - given, conflict.call)  # type: ignore[union-attr]
    for rank in wanted if len(paths) > 1 else ():
        yield from _together(trial.call, paths, rank - given)


def _together(call: CallSpec, paths: list[str], more: int) -> Iterator[CallSpec]:
    """Yield the call in which several inputs, that were joined to one another, have each so many axes more."""
    changed = call
    for path in paths:
        spec = spec_of(changed, path)
        if spec is not None:
            changed = next(of_rank(changed, path, len(spec.axes) + more), changed)
    if changed != call:
        yield changed


def _asked(conflict: Conflict) -> tuple[str, int, list[int]]:
    """Return the operand, the number of its axes, and the numbers that would do, batched ones first."""
    call, left = conflict.call, conflict.left
    role = left.operand if left is not None and left.operand else next(iter(call.operands), "")
    given = call.operands[role].rank if role in call.operands else 0
    if conflict.kind == "unpack" and not role.startswith("parts."):
        return role, given, [int(conflict.facts.get("names", 0))]
    if conflict.kind == "permutation":
        axes = conflict.facts.get("axes", call.params.get("dims", ()))
        return role, given, [len(axes)] if is_series(axes) else []
    if conflict.kind == "axis-range":
        numbers = [
            int(value) for value in call.params.values() if isinstance(value, int) and not isinstance(value, bool)
        ]
        return role, given, [max((number + 1 if number >= 0 else -number) for number in numbers)] if numbers else []
    if conflict.kind == "pattern" and left is not None and left.axis < 0 and conflict.right is not None:
        return role, given, [conflict.right.size]
    if conflict.kind in ("einsum", "pattern"):
        return role, given, [rank for rank in (3, 4, 2, 5) if rank != given]
    allowed = conflict.facts.get("allowed", ())
    whole = sorted((size for size in allowed if isinstance(size, int)), reverse=True)
    rest = [int(found[0]) for text in allowed if isinstance(text, str) and (found := re.search(r"\d+", text))]
    return role, given, [*whole, *rest]


def deepened(call: CallSpec, path: str) -> CallSpec:
    """Return a call in which an input has one axis more behind that of the batch; the others stay as they are."""
    spec = spec_of(call, path)
    if spec is None:
        return call
    taken = {axis.name for axis in spec.axes}
    names = chain(("time", "frames", "steps"), (f"axis_{at}" for at in count()))
    name = next(each for each in names if each not in taken)
    axes = (*spec.axes[:1], AxisSpec(name, SIZES.get(name, OTHER)), *spec.axes[1:])
    return replaced(call, path, replace(spec, axes=axes))


def of_rank(call: CallSpec, path: str, rank: int, failed: OpCall | None = None) -> Iterator[CallSpec]:
    """Yield calls in which an input has another number of axes; one that the model has settled stays where it is."""
    spec = spec_of(call, path)
    names = usual_axes(rank)
    if spec is None or not names or rank == len(spec.axes):
        return
    if rank == 3 and failed is not None and "1d" in failed.op:
        names = LINES
    if len(spec.axes) == 1 and spec.axes[0].name and not spec.axes[0].is_batch:
        names = (*names[:-1], spec.axes[0].name) if rank > 1 else names
    axes = tuple(AxisSpec(name, SIZES.get(name, OTHER)) for name in names)
    if rank and spec.axes and spec.axes[0].is_batch and axes[0].is_batch:
        axes = (spec.axes[0], *axes[1:])
    if rank > 1 and len(spec.axes) > 1 and not spec.axes[-1].name:
        yield replaced(call, path, replace(spec, axes=(*axes[:-1], spec.axes[-1]), told=False))
    if rank > 2 and len(spec.axes) > 2 and not spec.axes[1].name:
        yield replaced(call, path, replace(spec, axes=(axes[0], spec.axes[1], *axes[2:]), told=False))
    yield replaced(call, path, replace(spec, axes=axes, told=False))
