"""From a failed trial to other inputs: which guess a conflict goes back to, and what it should have been.

A conflict between an axis that was guessed and a number of the model's own corrects the guess. One between two numbers
of the model's own has nothing to correct. Neither has one between two axes of one input that a text tells apart, one of
the batch, or one between a length and a width that the model computes: what happens to fit would not be what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import isqrt

from axiswise.facts import AxisUse, Conflict, is_series
from axiswise.frontends.torch.models.asked import Demand, demands, has_own_axis, is_batch, is_own, is_width
from axiswise.frontends.torch.models.changing import fixed, fixed_in_all, replaced, spec_of, squared, with_axis
from axiswise.frontends.torch.models.ideas import is_target
from axiswise.frontends.torch.models.joined import shared, with_longer_part
from axiswise.frontends.torch.models.reranking import deepened, reranked
from axiswise.frontends.torch.models.reshaped import as_asked, of_elements
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec
from axiswise.frontends.torch.models.trials import Trial, input_axes
from axiswise.source.provenance import trail

USUAL_SIDES = (224, 256, 64, 28, 96, 112, 128, 384, 512, 299, 16, 8)
"""Sides of images that models are built for."""
LONGEST = 1 << 14
"""The largest size that an axis is enlarged to."""
LENGTHS = (64, 128, 224, 512, 1024)
"""Sizes that are tried where an axis is too short."""
EVEN = (64, 256)
"""Sides that are halved six and eight times without a rest."""
_OF_TEXTS = re.compile(r"(.*_)?pad(ding)?_?mask|((src|tgt|trg|source|target|input|text|token|key|att(entio)?n)_)*mask")
"""Masks that by custom have a place for each step of each example, whatever they are held against."""
ROOMY = ("window", "pattern", "split", "numel", "other", "samples")
"""Kinds of conflicts that a longer input may have none of."""


def corrected(trial: Trial) -> Iterator[CallSpec]:
    """Yield the calls that a failed trial suggests, the likeliest first."""
    for failure in trial.failures[:1]:
        for conflict in failure.conflicts[:1]:
            way = _WAYS.get(conflict.kind, _resized)
            yield from _distinct(trial.call, way(trial, conflict))
            if conflict.kind in ROOMY:
                yield from _distinct(trial.call, _larger(trial))
    if trial.error is not None and not trial.failures:
        yield from _distinct(trial.call, _from_text(trial, str(trial.error)))


def _distinct(call: CallSpec, others: Iterator[CallSpec]) -> Iterator[CallSpec]:
    seen = [call]
    for other in others:
        if other not in seen:
            seen.append(other)
            yield other


# -- sizes ------------------------------------------------------------------------------------------------------------
def _resized(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    left, right = conflict.left, conflict.right
    if left is None or right is None:
        return
    yield from _halved_evenly(trial, conflict, left, right)
    ours = demands(trial, conflict, left, right.size)
    theirs = demands(trial, conflict, right, left.size)
    ours = [each for each in ours if each.path in trial.given.values()]
    theirs = [each for each in theirs if each.path in trial.given.values()]
    if ours and theirs:
        yield from _unified(trial.call, ours, theirs)
        return
    both = ((left, right), (right, left))
    flattened = [pair for pair in both if _is_product(trial, conflict, pair[0])]
    asked = [
        demand
        for one, other in ((ours, right), (theirs, left))
        for demand in one
        if not is_batch(trial.call, demand)
        and (is_own(trial, conflict, other) or is_width(trial.call, demand) or has_own_axis(trial, conflict, other))
    ]
    for demand in asked if flattened else ():
        if is_width(trial.call, demand):  # patches: sides are cut, and the channels have to fit
            yield fixed(trial.call, demand.path, demand.axis, demand.wanted)
    for side, other in flattened:
        yield from _squares(trial, conflict, side, other)
    for demand in asked:
        yield fixed(trial.call, demand.path, demand.axis, demand.wanted)
        yield from fixed_in_all(trial.call, demand.path, demand.axis, demand.wanted)
    for side, other in both:
        if is_own(trial, conflict, other):
            yield from shared(trial, conflict, side, other.size)
        if not flattened:
            yield from _squares(trial, conflict, side, other)
    for one, other in ((ours, right), (theirs, left)):
        if is_own(trial, conflict, other):  # what stands where features are asked for is the batch: an axis is lacking
            paths = dict.fromkeys(demand.path for demand in one if is_batch(trial.call, demand))
            for path in paths:
                yield deepened(trial.call, path)
    for side, other in both:
        yield from with_longer_part(trial, conflict, side, other.size)


def _halved_evenly(trial: Trial, conflict: Conflict, left: AxisUse, right: AxisUse) -> Iterator[CallSpec]:
    """Yield calls with sides that are halved often without a rest, for two sizes that windows leave of one axis."""
    trails = [list(trail(trial.trace, conflict.call, side)) for side in (left, right)]
    if not all(any(step.relation == "window" for step in steps) for steps in trails):
        return
    ours, theirs = map(input_axes, trails)
    for path, at in sorted({*ours} & {*theirs}):
        spec = spec_of(trial.call, path)
        if spec is not None and at < len(spec.axes) and spec.axes[at].name and not spec.axes[at].is_batch:
            for size in EVEN:
                if spec.axes[at].size % size:
                    yield trial.call.resized({axis.name: size for axis in spec.axes[2:] if axis.name})


def _is_product(trial: Trial, conflict: Conflict, side: AxisUse) -> bool:
    """Return whether a size is that of a height times a width, and maybe more."""
    ends = input_axes(trail(trial.trace, conflict.call, side))
    sides = [path for path, axis in set(ends) if (spec := spec_of(trial.call, path)) and spec.axes[axis].is_side]
    return any(sides.count(path) > 1 for path in sides)


def _unified(call: CallSpec, ours: list[Demand], theirs: list[Demand]) -> Iterator[CallSpec]:
    """Yield calls in which an axis of one input takes the name and the size of another's."""
    for one in ours[:1]:
        for other in theirs[:1]:
            if one.path == other.path:
                yield from _paired(call, one, other)
                continue
            source = spec_of(call, one.path)
            target = spec_of(call, other.path)
            if source is None or target is None:
                continue
            if is_batch(call, one) != is_batch(call, other):
                batch, length = (one, other) if is_batch(call, one) else (other, one)
                yield from _of_each(call, length)
                yield from _with_length(call, batch, length)
                continue
            ways = ((other, target, source.axes[one.axis]), (one, source, target.axes[other.axis]))
            for demand, spec, axis in sorted(ways, key=lambda way: _is_of_pairs(way[1], way[0].axis)):
                yield replaced(call, demand.path, with_axis(spec, demand.axis, axis))


def _is_of_pairs(spec: TensorSpec, axis: int) -> bool:
    """Return whether an axis is one of two that are one: of a graph's matrix, neither changes alone."""
    name = spec.axes[axis].name
    return bool(name) and sum(each.name == name for each in spec.axes) > 1


def _of_each(call: CallSpec, demand: Demand) -> Iterator[CallSpec]:
    """Yield a call with a number for each example in the place of several, for what a batch alone meets: rewards."""
    spec = spec_of(call, demand.path)
    if spec is not None and spec.kind == "Float" and len(spec.axes) == 2 and not spec.told:
        if spec.axes[0].is_batch and spec.axes[demand.axis].name:
            yield replaced(call, demand.path, replace(spec, axes=spec.axes[:1]))


def _with_length(call: CallSpec, batch: Demand, length: Demand) -> Iterator[CallSpec]:
    """Yield a call in which a mask whose batch stood beside a length of another input has that length, too."""
    spec, other = spec_of(call, batch.path), spec_of(call, length.path)
    if spec is None or other is None or spec.kind != "Bool" or batch.axis > 0 or spec.told:
        return
    if not _OF_TEXTS.fullmatch(batch.path):
        axes = (spec.axes[0], other.axes[length.axis], *spec.axes[1:])
        yield replaced(call, batch.path, replace(spec, axes=axes))


def _paired(call: CallSpec, one: Demand, other: Demand) -> Iterator[CallSpec]:
    """Yield a call with one length in the place of two of one input: an entry for each pair.

    Not where a text names them, or layers of images do: nothing that happens to fit is meant there.
    """
    spec = spec_of(call, one.path)
    if spec is None or spec.told:
        return
    length, side = sorted((spec.axes[one.axis], spec.axes[other.axis]), key=lambda axis: axis.is_side)
    if not any(axis.is_batch or axis.is_width for axis in (length, side)) and not length.is_side:
        alike = call.made(lambda each: each.renamed({side.name: length.name}))
        yield replace(call, arguments=alike).resized({length.name: length.size})


def _squares(trial: Trial, conflict: Conflict, given: AxisUse, wanted: AxisUse) -> Iterator[CallSpec]:
    """Yield calls with other heights and widths, equal ones: both go into a flattened size."""
    operand = conflict.call.operands.get(given.operand)
    if operand is None or given.param or not given.size or not is_own(trial, conflict, wanted):
        return
    for path in trial.inputs_of(operand.id):
        spec = spec_of(trial.call, path)
        sides = [axis.size for axis in spec.axes if axis.is_side] if spec is not None else []
        if spec is None or len(sides) != 2:
            continue
        area, beside = _area(trial, conflict, given)  # a token of its own may stand beside those of the grid
        scaled = isqrt(max(1, sides[0] * sides[1] * (wanted.size - beside) // area))
        near = [scaled, scaled + 1, scaled - 1, scaled + 2, scaled - 2]
        for size in dict.fromkeys((*near, *USUAL_SIDES)):
            if 0 < size <= LONGEST:
                yield replaced(trial.call, path, replace(spec, axes=squared(spec, size)))


def _area(trial: Trial, conflict: Conflict, given: AxisUse) -> tuple[int, int]:
    """Return the part of a size that is a height times a width, and what was joined to it."""
    for step in trail(trial.trace, conflict.call, given):
        if step.relation == "product" and len(step.factors) > 1:
            return (step.size, given.size - step.size) if step.size <= given.size else (given.size, 0)
    return given.size, 0


def _flattened(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield inputs of another number of elements, for a reshape that asks for one."""
    yield from as_asked(trial, conflict)
    yield from _resized(trial, conflict)
    yield from of_elements(trial, conflict)


def _larger(trial: Trial, sizes: Sequence[int] = LENGTHS) -> Iterator[CallSpec]:
    """Yield calls with longer inputs: windows need room, groups have to come out even."""
    for path, spec in trial.call.tensors():
        lengths = [axis for axis in spec.axes[1:] if axis.name and axis.name not in ("channels", "features")]
        for size in sizes if lengths else ():
            if any(axis.size < size for axis in lengths):
                axes = tuple(AxisSpec(axis.name, size) if axis in lengths else axis for axis in spec.axes)
                yield replaced(trial.call, path, replace(spec, axes=axes))


def _roomier(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield calls with longer inputs for a window that has no room: any length from some one on will do."""
    yield from _larger(trial, (*LENGTHS, 4096, LONGEST))
    yield from _resized(trial, conflict)


# -- ranks, kinds ------------------------------------------------------------------------------------------------------
def _as_annotated(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield calls that agree with an annotation in the model."""
    yield from (_resized if conflict.right is not None else reranked)(trial, conflict)


def _indexed(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield calls with an index of as many axes as what it indexes has, or of other sizes."""
    whole = conflict.left is not None and conflict.left.axis < 0
    yield from (reranked if whole else _resized)(trial, conflict)


def _patterned(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield calls of other sizes for a pattern that an axis does not come out even in, else of other ranks."""
    if conflict.left is not None and conflict.left.axis >= 0:
        axes = [axis for _, spec in trial.call.tensors() for axis in spec.axes]
        yield from _scaled(trial, conflict)
        yield from islice(_resized(trial, conflict), 2) if conflict.kind == "einsum" else ()
        yield from _larger(trial) if any(axis.is_side for axis in axes) else ()  # heights and widths stay alike
        yield from islice(_resized(trial, conflict), 2)
    yield from reranked(trial, conflict)


def _taken_apart(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield calls with as many rows as there are names (`sources, targets = edges`), else of other ranks."""
    if conflict.left is not None and conflict.left.axis >= 0 and conflict.right is not None:
        for demand in demands(trial, conflict, conflict.left, conflict.right.size):
            yield fixed(trial.call, demand.path, demand.axis, demand.wanted)
    if "share" not in conflict.facts:
        yield from reranked(trial, conflict)


def _scaled(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield calls with sides of which a table of the model's own has as many places as a pattern cuts it into."""
    left, right = conflict.left, conflict.right
    operand = conflict.call.operands.get(left.operand) if left is not None else None
    if left is None or right is None or operand is None or not right.size or any(trial.inputs_of(operand.id)):
        return
    for path, spec in trial.call.tensors():
        sides = [axis.size for axis in spec.axes if axis.is_side]
        if len(sides) == 2:
            size = isqrt(sides[0] * sides[1] * left.size // right.size)
            yield replaced(trial.call, path, replace(spec, axes=squared(spec, size)))


def _retyped(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield inputs of another element type."""
    told = conflict.facts.get("wanted", ())
    wanted = " ".join(map(str, told if is_series(told) else [told]))
    kind = "Int" if "int" in wanted or "long" in wanted else "Bool" if "bool" in wanted else "Float"
    side = conflict.left or conflict.right
    roles = [side.operand] if side is not None and side.operand in conflict.call.operands else []
    for role in roles or list(conflict.call.operands):
        for path in trial.inputs_of(conflict.call.operands[role].id):
            spec = spec_of(trial.call, path)
            if spec is None:
                continue
            new = TensorSpec(kind, spec.axes, 1 if kind == "Int" else None)
            if kind == "Int" and is_target(path):  # classes, not a number for each
                yield replaced(trial.call, path, replace(new, axes=new.axes[:1]))
            if kind == "Int":  # what is looked up has lengths, and no widths
                lengths = {name: size for name, size in trial.call.sizes().items() if name in ("time", "length")}
                new = new.renamed({"features": "time", "channels": "length"}).resized(lengths)
                yield replaced(trial.call, path, replace(new, axes=new.axes[:2]))
            yield replaced(trial.call, path, new)


def _masked(trial: Trial, conflict: Conflict) -> Iterator[CallSpec]:
    """Yield a mask of the shape that is asked for, its axes named as those of the same sizes are."""
    wanted, side = conflict.facts.get("wanted"), conflict.left
    if not is_series(wanted) or side is None or side.operand not in conflict.call.operands:
        yield from _resized(trial, conflict)
        return
    shapes = wanted if wanted and is_series(wanted[0]) else [wanted]
    names = {size: name for name, size in trial.call.sizes().items()}
    for shape in shapes:
        for path in trial.inputs_of(conflict.call.operands[side.operand].id):
            spec = spec_of(trial.call, path)
            if spec is not None and all(isinstance(size, int) for size in shape):
                axes = tuple(_as_of_size(shape, at, names, conflict.kind) for at in range(len(shape)))
                yield replaced(trial.call, path, replace(spec, axes=axes))


def _as_of_size(shape: Sequence[int], at: int, names: dict[int, str], kind: str) -> AxisSpec:
    """Return an axis named as others of its size, but for what is as many as the batch by chance: heads, layers."""
    axis = AxisSpec(names.get(shape[at], ""), int(shape[at]))
    is_chance = at == 0 and len(shape) == 3 if kind == "state" else axis.size in shape[:at]
    return AxisSpec("", axis.size) if axis.is_batch and is_chance else axis


def _from_text(trial: Trial, text: str) -> Iterator[CallSpec]:
    """Yield calls in which a size that a refusal mentions is another number that it mentions."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    for path, spec in trial.call.tensors():
        for at, axis in enumerate(spec.axes):
            if axis.size not in numbers or at == 0:
                continue
            for number in dict.fromkeys(numbers):
                if number != axis.size and 0 < number <= LONGEST:
                    same = tuple(AxisSpec(each.name, number) if each.size == axis.size else each for each in spec.axes)
                    yield replaced(trial.call, path, replace(spec, axes=same))
                    yield replaced(trial.call, path, with_axis(spec, at, AxisSpec(axis.name, number)))
    yield from _larger(trial)


_WAYS = {
    "rank": reranked,
    "unpack": _taken_apart,
    "permutation": reranked,
    "axis-range": reranked,
    "target-rank": reranked,
    "index-shape": _indexed,
    "einsum": _patterned,
    "pattern": _patterned,
    "window": _roomier,
    "annotation": _as_annotated,
    "dtype": _retyped,
    "numel": _flattened,
    "mask": _masked,
    "state": _masked,
}
