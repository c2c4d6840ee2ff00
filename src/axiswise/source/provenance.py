"""Where a size came from: back along the axes, through operations and arithmetic, to the places where it was chosen.

`trail` follows one axis back; `places` turns the trail into spots of the source at which another number could stand.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from axiswise.facts import AxisUse, Frame, OpCall, Origin, TensorRef, Trace, is_series
from axiswise.ops.contract import contract_of
from axiswise.origin import Span, origin_of

LONGEST_TRAIL = 60
"""Calls that an axis is followed through before its origin counts as unknown."""

WIDEST = 8
"""The largest kernel, stride or padding that is considered in the place of another."""

FURTHEST = 400
"""Tensors looked at in search of a stand-in."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call on the way back.

    Attributes:
        call: The call that made the axis.
        output: Which of its outputs.
        axis: Which axis of that output.
        size: Its size.
        relation: How the axis is made (see `AxisSource.relation`).
        factors: For a product: sizes of the axes it is made of.
        depth: Branches taken to get here, 0 for the main line.
    """

    call: OpCall
    output: int
    axis: int
    size: int
    relation: str
    factors: tuple[int, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A number of the program that decides the size in question.

    Attributes:
        name: The argument or parameter it is given as (`out_features`, `shape`), or empty.
        index: Position within the parameter, or -1.
        value: The number there.
        wanted: The number that would have to stand there instead.
        origin: Its own origin.
        call: The call that takes it.
        in_layer: True where it is a constructor argument of the call's layer.
        steps: Calls between it and the conflict.
    """

    name: str
    index: int
    value: int
    wanted: int
    origin: Origin | None
    call: OpCall
    in_layer: bool
    steps: int


def use_tensor(call: OpCall, use: AxisUse) -> tuple[int, int] | None:
    """Return the tensor and axis that a side of a conflict stands for, or None for a parameter's side."""
    operand = call.operands.get(use.operand)
    if operand is None or use.axis < 0:
        return None
    return operand.id, use.axis


def trail(trace: Trace, call: OpCall, use: AxisUse) -> Iterator[Step]:
    """Yield the calls that made one side's axis, nearest first; what is made of several axes branches into them."""
    start = use_tensor(call, use)
    if start is not None:
        yield from _back(
            trace, *start, before=call.index if call.index >= 0 else len(trace.calls), depth=0, budget=[LONGEST_TRAIL]
        )


def trail_of(trace: Trace, tensor: int, axis: int) -> Iterator[Step]:
    """Yield the calls that made an axis of a tensor, as `trail` does."""
    yield from _back(trace, tensor, axis, before=len(trace.calls), depth=0, budget=[LONGEST_TRAIL])


def _back(trace: Trace, tensor: int, axis: int, before: int, depth: int, budget: list[int]) -> Iterator[Step]:
    while budget[0] > 0:
        budget[0] -= 1
        found = trace.producer(tensor)
        if found is None or found[0].index >= before:
            return
        call, output = found
        contract = contract_of(call.op)
        shape = call.outputs[output].shape
        if axis >= len(shape):
            return
        source = contract.source(call, output, axis) if contract else None
        relation = source.relation if source else "unknown"
        axes = [(role, position) for role, position in (source.axes if source else ()) if role in call.operands]
        sizes = tuple(call.operands[role].shape[position] for role, position in axes)
        yield Step(call, output, axis, shape[axis], relation, sizes, depth)
        if not axes:
            return
        before = call.index
        if len(axes) > 1 and relation in ("product", "part", "sum"):
            for role, position in axes:
                yield from _back(trace, call.operands[role].id, position, before, depth + 1, budget)
            return
        tensor, axis = call.operands[axes[0][0]].id, axes[0][1]


def worked_on(call: OpCall, output: int) -> TensorRef | None:
    """Return the operand that an output was made of: the first, unless each of several outputs has one of its own."""
    operands = list(call.operands.values())
    if len(call.outputs) == len(operands):
        return operands[output]
    contract = contract_of(call.op) if len(call.outputs) > 1 and call.outputs[output].shape else None
    axes = contract.source(call, output, 0).axes if contract is not None else ()
    return call.operands.get(axes[0][0]) if axes else next(iter(operands), None)


def named(trace: Trace, call: OpCall) -> OpCall:
    """Return a call whose operands' axes carry every name that the program gave them on the way there."""
    operands: dict[str, TensorRef] = {}
    before = call.index if call.index >= 0 else len(trace.calls)
    for role, ref in call.operands.items():
        names = dict(ref.axes)
        for axis in range(ref.rank):
            if axis not in names:
                found = _name_before(trace, ref.id, axis, before)
                if found:
                    names[axis] = found
        operands[role] = replace(ref, axes=names)
    return replace(call, operands=operands)


def _name_before(trace: Trace, tensor: int, axis: int, before: int) -> str:
    for _ in range(LONGEST_TRAIL):
        found = trace.producer(tensor)
        if found is None or found[0].index >= before:
            return ""
        call, output = found
        contract = contract_of(call.op)
        shape = call.outputs[output].shape
        name = call.outputs[output].axes.get(axis)
        if name or contract is None or axis >= len(shape):
            return name or ""
        source = contract.source(call, output, axis)
        if source.relation != "same" or len(source.axes) != 1 or source.axes[0][0] not in call.operands:
            return ""
        role, axis = source.axes[0]
        before, tensor = call.index, call.operands[role].id
        name = call.operands[role].axes.get(axis)
        if name:
            return name
    return ""


def is_collected(trace: Trace, call: OpCall, use: AxisUse) -> bool:
    """Return whether a size adds up what a loop collected: a guess, since a loop may be left before its end."""
    for step in trail(trace, call, use):
        found = [trace.producer(ref.id) for ref in step.call.operands.values()]
        sites = {maker and maker[0].site for maker in found}
        layers = {maker[0].layer.path for maker in found if maker is not None and maker[0].layer is not None}
        if len(layers) == len(found):
            continue  # a loop over the layers that there are: it was not left before its end
        # Parts that one call gives together, such as the states of two directions, were not collected by a loop.
        if step.relation == "sum" and len(sites) == 1 and len({maker and maker[0].index for maker in found}) > 1:
            return True
    return False


def stand_in_before(trace: Trace, call: OpCall) -> OpCall | None:
    """Return the failed call whose stand-in a call works on, however far back, or None."""
    return next(saved_before(trace, call), None)


def saved_before(trace: Trace, call: OpCall) -> Iterator[OpCall]:
    """Yield the failed calls whose stand-ins a call works on, however far back."""
    waiting = [ref.id for ref in call.operands.values()]
    seen: set[int] = set()
    while waiting and len(seen) < FURTHEST:
        tensor = waiting.pop()
        found = trace.producer(tensor)
        if found is None or tensor in seen or (0 <= call.index <= found[0].index):
            continue
        seen.add(tensor)
        if found[0].saved:
            yield found[0]
        waiting.extend(ref.id for ref in found[0].operands.values())


def places(trace: Trace, call: OpCall, use: AxisUse, wanted: int) -> Iterator[Place]:
    """Yield the numbers that decide one side's size, nearest first, with the number each would have to be."""
    if use.param:
        yield from _given(call, use.param, use.index, wanted, 0)
    start = use_tensor(call, use)
    if start is None:
        return
    if not use.param or call.operands[use.operand].parameter == "":
        before = call.index if call.index >= 0 else len(trace.calls)
        yield from _places(trace, *start, wanted, before, 1, [LONGEST_TRAIL])


def _places(
    trace: Trace, tensor: int, axis: int, wanted: int, before: int, steps: int, budget: list[int]
) -> Iterator[Place]:
    budget[0] -= 1
    found = trace.producer(tensor)
    if budget[0] <= 0 or found is None or found[0].index >= before or wanted < 1:
        return
    call, output = found
    contract = contract_of(call.op)
    shape = call.outputs[output].shape
    if contract is None or axis >= len(shape):
        return
    source = contract.source(call, output, axis)
    size = shape[axis]
    repeated = source.relation == "product" and bool(source.axes)
    for name, index in source.params:
        yield from _given(call, name, index, wanted, steps, size if repeated else 0)
    if source.relation == "window":
        yield from _windows(call, output, axis, wanted, steps)
    axes = [(role, position) for role, position in source.axes if role in call.operands]
    parts = [call.operands[role].shape[position] for role, position in axes]
    share = _share(source.relation, wanted, len(parts)) if len(set(parts)) == 1 < len(parts) else None
    if share is not None:  # one number may decide all parts: `cat((x.sin(), x.cos()))`, a kernel both sides of a map
        role, position = axes[0]
        yield from _places(trace, call.operands[role].id, position, share, call.index, steps + 1, budget)
    for (role, position), part in zip(axes, parts, strict=True):
        needed = _needed(source.relation, part, size, wanted, len(axes))
        if call.op == "chunk" and source.relation == "part":
            needed = wanted * int(call.params["chunks"])  # uneven chunks too are shares of a whole that was to be even
        if needed is not None:
            yield from _places(trace, call.operands[role].id, position, needed, call.index, steps + 1, budget)


def _windows(call: OpCall, output: int, axis: int, wanted: int, steps: int) -> Iterator[Place]:
    """Yield the settings of a window with which it would leave what is wanted, the least change first."""
    contract = contract_of(call.op)
    for name, lowest in (("kernel_size", 1), ("stride", 1), ("padding", 0)):
        settings: Mapping[str, Any] = call.layer.settings if call.layer else {}
        value: Any = settings.get(name, call.params.get(name))
        if is_series(value) and value and len(set(value)) == 1:
            value = value[0]
        if contract is None or not isinstance(value, int) or isinstance(value, bool):
            continue
        current = int(value)
        highest = WIDEST if name != "padding" else WIDEST // 2
        for number in sorted(range(lowest, highest + 1), key=lambda number: (abs(number - current), number)):
            shapes = contract.output(_with_window(call, name, number)) if number != current else None
            if shapes is not None and shapes[output][axis : axis + 1] == (wanted,):
                yield Place(name, -1, current, number, origin_of(value), call, name in settings, steps)
                break


def _with_window(call: OpCall, name: str, number: int) -> OpCall:
    """Return a call with another kernel, stride or padding."""
    weight = call.operands.get("weight")
    if name != "kernel_size" or weight is None:
        return replace(call, params={**call.params, name: number})
    shape = (*weight.shape[:2], *(number for _ in weight.shape[2:]))
    return replace(call, operands={**call.operands, "weight": replace(weight, shape=shape)})


def _needed(relation: str, part: int, size: int, wanted: int, count: int) -> int | None:
    """Return what a part has to be for the whole to be as wanted, or None where that cannot be said."""
    if relation == "same" or (count == 1 and relation in ("given", "unknown")):
        return wanted
    if relation == "product" and size and (part * wanted) % size == 0:
        return part * wanted // size
    if relation == "sum":
        return part + wanted - size
    if relation == "part" and size and (part * wanted) % size == 0:
        return part * wanted // size
    if relation == "window" and size:
        return part + (wanted - size) if part == size else round(part * wanted / size)
    return None


def _share(relation: str, wanted: int, count: int) -> int | None:
    """Return what each of several equal parts has to be for the whole to be as wanted, or None where there is none."""
    if relation == "sum":
        return wanted // count if wanted % count == 0 else None
    root = round(wanted ** (1 / count))
    return root if relation == "product" and root**count == wanted else None


def _given(call: OpCall, name: str, index: int, wanted: int, steps: int, size: int = 0) -> Iterator[Place]:
    """Yield the place of a parameter; `size` is the whole that it is a factor of, 0 where it is the whole itself."""
    settings: Mapping[str, Any] = call.layer.settings if call.layer else {}
    in_layer = name in settings
    value = settings[name] if in_layer else call.params.get(name)
    if is_series(value) and 0 <= index < len(value):
        value = value[index]
    elif is_series(value) and len(value) == 1:
        value, index = value[0], 0
    if isinstance(value, int) and not isinstance(value, bool):
        needed = wanted if not size else value * wanted // size
        yield Place(name, index, int(value), needed, origin_of(value), call, in_layer, steps)


def constructor(call: OpCall) -> Frame | None:
    """Return the user's frame that built the call's layer."""
    return call.layer.built[-1] if call.layer and call.layer.built else None


def solved(origin: Origin, leaf: Origin, wanted: float) -> int | None:
    """Return what a literal within an expression would have to be for the expression to be `wanted`, or None."""
    if origin is leaf:
        return int(wanted) if wanted == int(wanted) and wanted >= 0 else None
    if len(origin.parts) != 2:
        return None
    left, right = origin.parts
    for side, other, is_left in ((left, right, True), (right, left, False)):
        if leaf not in _leaves(side):
            continue
        inner = inverted(origin.kind, other.value, wanted, is_left)
        return solved(side, leaf, inner) if inner is not None else None
    return None


def evaluated(origin: Origin, spans: frozenset[Span], number: float) -> float | None:
    """Return an expression's value with the literals at some spans replaced by a number, or None where it has none."""
    if origin.kind == "literal" and origin.span in spans:
        return number
    if len(origin.parts) != 2:
        return origin.value
    left, right = (evaluated(part, spans, number) for part in origin.parts)
    if left is None or right is None or (right == 0 and origin.kind in ("/", "//", "%")):
        return None
    operate = OPERATORS.get(origin.kind)
    return operate(left, right) if operate else None


OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
    "/": lambda left, right: left / right,
    "%": lambda left, right: left % right,
}


SIGNS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//"}


def _leaves(origin: Origin) -> list[Origin]:
    return [origin, *(leaf for part in origin.parts for leaf in _leaves(part))]


def inverted(kind: str, other: float, wanted: float, is_left: bool) -> float | None:
    """Return what one operand has to be for an operation with the other to give `wanted`, or None."""
    if kind == "+":
        return wanted - other
    if kind == "-":
        return wanted + other if is_left else other - wanted
    if kind == "*":
        return wanted / other if other and wanted % other == 0 else None
    if kind in ("//", "/"):
        if is_left:
            return wanted * other
        return other / wanted if wanted and other % wanted == 0 else None
    return None
