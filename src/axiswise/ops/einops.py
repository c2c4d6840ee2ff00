"""einops: rearrange, reduce, repeat. Each of its functions is one call, followed by the names of its pattern.

Operand: `input`, or `tensors.0`, `tensors.1`, ... for a list, whose place is then the first axis. Parameters: `pattern`
and the size of each name that the call gives (`h=4`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod

from axiswise.algebra.pattern import DOTS, Axis, Unreadable, length, names_of, sides
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.clauses import setting
from axiswise.ops.contract import UNKNOWN, Contract

NOT_AXES = frozenset({"pattern", "reduction"})


@dataclass(slots=True)
class Matched:
    """A pattern laid over a tensor.

    Attributes:
        sizes: The size of every name; of the dots' axes as `...0`, `...1`.
        places: The axis of the input that a name is, or is a share of.
        right: What comes out, axis for axis.
        conflicts: Where the pattern does not fit.
    """

    sizes: dict[str, int] = field(default_factory=dict[str, int])
    places: dict[str, int] = field(default_factory=dict[str, int])
    right: list[Axis] = field(default_factory=list[Axis])
    conflicts: list[Conflict] = field(default_factory=list[Conflict])


def _shape(call: OpCall) -> Shape:
    if "input" in call.operands:
        return call.operands["input"].shape
    return (len(call.operands), *call.operands["tensors.0"].shape)


def _use(call: OpCall, axis: int, size: int) -> AxisUse:
    """Return the use of an axis; the first one of a list of tensors is no tensor's."""
    if "input" in call.operands:
        return AxisUse("input", axis, size)
    return AxisUse("tensors.0", axis - 1, size)


def _given(call: OpCall) -> dict[str, int]:
    return {name: size for name, size in call.params.items() if name not in NOT_AXES and isinstance(size, int)}


def _spread(axes: tuple[Axis, ...], count: int) -> list[Axis]:
    """Write the dots out as `count` axes of their own; within a group they are joined."""
    found: list[Axis] = []
    dots = tuple(f"{DOTS}{number}" for number in range(count))
    for axis in axes:
        if axis.dots:
            found += [Axis((name,)) for name in dots]
        else:
            found.append(Axis(tuple(each for name in axis.names for each in (dots if name == DOTS else (name,)))))
    return found


def _names_conflict(call: OpCall, left: tuple[Axis, ...], right: tuple[Axis, ...]) -> list[Conflict]:
    """Return the conflict of names that stand on one side only, or that stand twice, or that have no axis."""
    before, after, given = names_of(left), names_of(right), _given(call)
    wrong = {name for names in (before, after) for name in names if names.count(name) > 1}
    if call.op != "einops-repeat":
        wrong |= set(after) - set(before)
    else:
        wrong |= set(after) - set(before) - set(given)
    if call.op != "einops-reduce":
        wrong |= set(before) - set(after)
    wrong |= set(given) - set(before) - set(after)
    wrong |= {name for axis in left for name in axis.names if name.isdecimal()}
    return [Conflict("pattern", call, facts={"names": tuple(sorted(wrong))})] if wrong else []


def _group(call: OpCall, matched: Matched, place: int, axis: Axis, size: int, given: Mapping[str, int]) -> None:
    """Lay one axis of the pattern over an axis of the tensor."""
    known = prod(each for name in axis.names if (each := length(name, given)) is not None)
    said = [name for name in axis.names if name in given]
    open_names = [name for name in axis.names if length(name, given) is None]
    right = setting(said[0] if len(said) == 1 else "pattern", known)
    left = _use(call, place, size)
    for name in axis.names:
        matched.places[name] = place
        matched.sizes[name] = given.get(name, 1)
    if len(open_names) > 1:
        matched.conflicts.append(Conflict("pattern", call, left, facts={"names": tuple(open_names), "open": True}))
    elif open_names:
        if known <= 0 or size % known:
            matched.conflicts.append(Conflict("pattern", call, left, right, {"divisor": known}))
        matched.sizes[open_names[0]] = max(size // known, 1) if known > 0 and size else size
    elif known != size:
        matched.conflicts.append(Conflict("pattern", call, left, right, {"given": tuple(said)}))


def match(call: OpCall) -> Matched:
    """Lay a call's pattern over its tensor."""
    matched, shape, given = Matched(), _shape(call), _given(call)
    try:
        left, right = sides(str(call.params["pattern"]))
    except Unreadable:
        matched.conflicts.append(Conflict("pattern", call, facts={"names": ()}))
        return matched
    dots = sum(axis.dots for axis in left)
    count = len(shape) - len(left) + dots if dots else 0
    if (not dots and len(left) != len(shape)) or count < 0:
        use = AxisUse("input" if "input" in call.operands else "tensors.0", -1, len(shape))
        wanted = setting("pattern", len(left) - dots)
        matched.conflicts.append(Conflict("pattern", call, use, wanted, {"rank": True}))
        return matched
    matched.conflicts += _names_conflict(call, left, right)
    for place, axis in enumerate(_spread(left, count)):
        _group(call, matched, place, axis, shape[place], given)
    for name, size in given.items():
        matched.sizes.setdefault(name, size)
    matched.right = _spread(right, count)
    return matched


def _conflicts(call: OpCall) -> list[Conflict]:
    different = [role for role, ref in call.operands.items() if ref.shape != next(iter(call.operands.values())).shape]
    if different:
        return [Conflict("stack", call, AxisUse("tensors.0", -1, 0), AxisUse(different[0], -1, 0))]
    return match(call).conflicts


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    matched = match(call)
    names = {name for axis in matched.right for name in axis.names}
    if not matched.places or not all(name in matched.sizes or name.isdecimal() for name in names):
        return None
    return (tuple(prod(length(name, matched.sizes) or 0 for name in axis.names) for axis in matched.right),)


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    matched, shape, given = match(call), _shape(call), _given(call)
    names = [name for name in matched.right[axis].names if name != "1"]
    size = call.outputs[output].shape[axis]
    places = tuple(dict.fromkeys(matched.places[name] for name in names if name in matched.places))
    params = tuple((name, -1) for name in names if name in given)
    axes = tuple((use.operand, use.axis) for place in places if (use := _use(call, place, shape[place])).axis >= 0)
    if not axes:
        return AxisSource("given", params=params) if params else UNKNOWN
    shares = Counter(matched.places.values())
    rest = [name for name in names if name not in given]
    if params and rest and all(shares[matched.places.get(name, -1)] == 1 for name in rest):
        parts = [_use(call, matched.places[name], 0) for name in rest]  # `(p1 p2 c)`: all of c, and numbers
        return AxisSource("product", tuple((use.operand, use.axis) for use in parts if use.axis >= 0), params)
    if len(axes) < len(places):
        return AxisSource("unknown", axes, params)
    whole = prod(shape[place] for place in places)
    if whole == size:
        return AxisSource("same" if len(axes) == 1 else "product", axes, params)
    fresh = any(name not in matched.places for name in names)
    return AxisSource("product" if fresh and params else "part", axes, params)


CONTRACTS: dict[str, Contract] = dict.fromkeys(
    ("einops-rearrange", "einops-reduce", "einops-repeat"), Contract(_conflicts, _output, _source)
)
