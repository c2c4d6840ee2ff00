"""Square brackets: `x[0, :, None, mask, places]`, read or written.

Operand `input`; tensors among the subscripts are operands `index.N`, N their place. Parameter `index`: the subscripts
in order, where a tensor stands as its role. A write has the op `index-assign` and the operand `value`, where it is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import setting, wrong_dtype
from axiswise.ops.contract import UNKNOWN, Contract, same
from axiswise.ops.indexing import beyond

MASKS = ("bool", "uint8")


@dataclass(slots=True)
class Subscripted:
    """What subscripts do: an entry of `axes` is (size or None, source) for each axis that comes out."""

    axes: list[tuple[int | None, AxisSource]]
    conflicts: list[Conflict]


def _subscripts(call: OpCall) -> list[Any]:
    """Return the subscripts with the ellipsis written out, as long as there are axes left for it."""
    index = call.params["index"]
    parts: list[Any] = list(index) if isinstance(index, tuple) else [index]  # pyright: ignore[reportUnknownArgumentType]
    rank = call.operands["input"].rank
    taken = sum(_width(call, part) for part in parts)
    fill: list[Any] = [slice(None)] * max(rank - taken, 0)
    dots = next((place for place, part in enumerate(parts) if part is Ellipsis), None)
    if dots is None:
        return parts + fill
    return parts[:dots] + fill + parts[dots + 1 :]


def _width(call: OpCall, part: Any) -> int:
    """Return how many axes of the input a subscript takes."""
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    if isinstance(part, str):
        ref = call.operands[part]
        return ref.rank if ref.dtype in MASKS else 1
    return 1


def read(call: OpCall) -> Subscripted:
    """Follow the subscripts from axis to axis."""
    shape = call.operands["input"].shape
    parts = _subscripts(call)
    taken = sum(_width(call, part) for part in parts)
    if taken > len(shape):
        left, right = AxisUse("input", -1, len(shape)), setting("index", taken)
        return Subscripted([], [Conflict("rank", call, left, right, {"allowed": (f"{taken} or more",)})])
    result = Subscripted([], [])
    picked: list[tuple[str, Shape | None]] = []
    spots: list[int] = []
    axis = 0
    for place, part in enumerate(parts):
        if part is None:
            result.axes.append((1, UNKNOWN))
        elif isinstance(part, slice):
            size = shape[axis]
            count = _stretch(part, size)
            source = (
                same("input", axis) if count == size else AxisSource("part", (("input", axis),), (("index", place),))
            )
            result.axes.append((count, source))
        elif isinstance(part, str):
            spots.append(len(result.axes))
            picked.append((part, _picked(call, part, axis, result.conflicts)))
        elif isinstance(part, bool):
            spots.append(len(result.axes))
            picked.append(("", (int(part),)))
        elif isinstance(part, int) and not -shape[axis] <= part < shape[axis]:
            facts = {"length": shape[axis], "value": part}
            left, right = setting("index", part, place), AxisUse("input", axis, shape[axis])
            result.conflicts.append(Conflict("index-range", call, left, right, facts))
        axis += _width(call, part)
    if picked:
        _insert(call, result, parts, spots, picked)
    return result


def _stretch(part: Any, size: int) -> int | None:
    """Return how many places a slice takes, None where its ends are tensors."""
    plain = all(edge is None or isinstance(edge, int) for edge in (part.start, part.stop, part.step))
    return len(range(*part.indices(size))) if plain else None


def _picked(call: OpCall, role: str, axis: int, conflicts: list[Conflict]) -> Shape | None:
    """Return the shape that an index tensor gives, None where a mask decides it."""
    ref, shape = call.operands[role], call.operands["input"].shape
    if ref.dtype not in MASKS:
        conflicts += wrong_dtype(call, role, "int64", "int32", "uint8", "bool")
        # The extremes that a frontend knows are those of the first index.
        if role == next(each for each in call.operands if each.startswith("index.")):
            conflicts += beyond(call, role, axis, negative=True)
        return ref.shape
    for offset, size in enumerate(ref.shape):
        if size != shape[axis + offset]:
            left, right = AxisUse(role, offset, size), AxisUse("input", axis + offset, shape[axis + offset])
            conflicts.append(Conflict("index-shape", call, left, right))
            return (prod(ref.shape),)  # at most; what it would have picked nobody knows
    return None


def _insert(
    call: OpCall, result: Subscripted, parts: list[Any], spots: list[int], picked: list[tuple[str, Shape | None]]
) -> None:
    """Put the axes of the index tensors where the first stands, or in front where others come between them."""
    known = [(role, shape) for role, shape in picked if shape is not None]
    for number, (role, shape) in enumerate(known):
        for other, before in known[:number]:
            clash = first_clash(before, shape)
            if clash and role and other:
                left, right = AxisUse(other, clash[0], before[clash[0]]), AxisUse(role, clash[1], shape[clash[1]])
                result.conflicts.append(Conflict("index-shape", call, left, right))
    common = broadcast(*(shape for _, shape in known))
    masked = len(known) < len(picked)
    if common is None or (masked and len(common) > 1):
        axes: list[tuple[int | None, AxisSource]] = [(size, UNKNOWN) for size in (common or known[0][1])]
    elif masked:
        axes = [(None, UNKNOWN)]
    else:
        axes = [(size, _index_source(known, common, axis)) for axis, size in enumerate(common)]
    # torch takes plain numbers out first: they do not keep index tensors apart.
    held = [place for place, part in enumerate(parts) if isinstance(part, (str, bool))]
    between = parts[held[0] : held[-1] + 1]
    apart = any(part is None or isinstance(part, slice) for part in between)
    at = 0 if apart else spots[0]
    result.axes[at:at] = axes


def _index_source(known: list[tuple[str, Shape]], common: Shape, axis: int) -> AxisSource:
    for role, shape in known:
        position = axis - len(common) + len(shape)
        if role and position >= 0 and shape[position] == common[axis]:
            return same(role, position)
    return UNKNOWN


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    sizes = [size for size, _ in read(call).axes]
    return None if any(size is None for size in sizes) else (tuple(size for size in sizes if size is not None),)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    axes = read(call).axes
    return axes[axis][1] if axis < len(axes) else UNKNOWN


def _conflicts(call: OpCall) -> list[Conflict]:
    return read(call).conflicts


def _assign_conflicts(call: OpCall) -> list[Conflict]:
    done = read(call)
    if done.conflicts or "value" not in call.operands:
        return done.conflicts
    value = call.operands["value"].shape
    target = [size for size, _ in done.axes]
    lead = len(value) - len(target)
    # Square brackets drop leading axes of 1 from the value, index_put does not.
    if any(size != 1 or call.op == "index_put" for size in value[: max(lead, 0)]):
        left, right = AxisUse("input", -1, len(target)), AxisUse("value", -1, len(value))
        return [Conflict("inplace", call, left, right)]
    for back in range(1, min(len(value), len(target)) + 1):
        size, source = done.axes[-back]
        given = value[-back]
        if size is None or given in (1, size):
            continue
        left = AxisUse("", -1, size, "index")
        if source.relation == "same":
            left = AxisUse(*source.axes[0], size)
        return [Conflict("inplace", call, left, AxisUse("value", len(value) - back, given))]
    return []


def _written(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["input"].shape,)


def _no_output(call: OpCall) -> tuple[Shape, ...] | None:
    return ()


NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {
    "index": Contract(_conflicts, _output, _source),
    "index_put": Contract(_assign_conflicts, _written, lambda call, output, axis: same("input", axis)),
    "index-assign": Contract(_assign_conflicts, _no_output, lambda call, output, axis: UNKNOWN),
}
