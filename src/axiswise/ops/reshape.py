"""Another shape for the same elements: view, reshape, flatten, unflatten.

Operand `input`. reshape: params shape, is_view (no copy allowed), `other` for view_as. flatten: start_dim, end_dim.
unflatten: dim, sizes.
"""

from __future__ import annotations

from math import prod
from typing import Any

from axiswise.algebra.grouping import groups, viewable
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers
from axiswise.ops.clauses import out_of_range, whole
from axiswise.ops.contract import UNKNOWN, Contract, given, same


def _asked(call: OpCall) -> Shape | None:
    if "other" in call.operands:
        return call.operands["other"].shape
    asked: Any = call.params.get("shape")
    return tuple(asked) if asked is not None else None


def _reshape_conflicts(call: OpCall) -> list[Conflict]:
    data, asked = call.operands["input"], _asked(call)
    if asked is None:
        return []
    elements, known = prod(data.shape), prod(size for size in asked if size != -1)
    left, right = whole(call, "input"), AxisUse("", -1, known, "shape")
    if asked.count(-1) > 1 or any(size < -1 for size in asked):
        return [Conflict("numel", call, left, right, {"open": asked.count(-1)})]
    fits = (known != 0 and elements % known == 0) if -1 in asked else known == elements
    if not fits:
        return [Conflict("numel", call, left, right)]
    if call.params.get("is_view") and data.strides is not None:
        if not viewable(data.shape, data.strides, _resolved(asked, elements)):
            return [Conflict("stride", call, left, right)]
    return []


def _resolved(asked: Shape, elements: int) -> Shape:
    """Return a requested shape with its -1 worked out; at least 1 where it does not come out even."""
    known = prod(size for size in asked if size != -1)
    return tuple(max(1, elements // known) if size == -1 and known else int(size) for size in asked)


def _reshape_output(call: OpCall) -> tuple[Shape, ...] | None:
    asked = _asked(call)
    if asked is None or any(size < -1 for size in asked):
        return None
    data = call.operands["input"].shape
    elements, rest = prod(data), prod(size for size in asked[1:] if size != -1)
    if asked and -1 not in asked and prod(asked) != elements and rest and elements % rest == 0:
        if data and elements // rest == data[0]:
            return ((data[0], *(int(size) for size in asked[1:])),)  # only the first size, a frozen batch, is off
    return (_resolved(asked, elements),)


def _regrouped(call: OpCall, output: int, axis: int) -> AxisSource:
    """Return where an axis of a reshape comes from, by the products of the axes before it."""
    before, after = call.operands["input"].shape, call.outputs[output].shape
    asked = numbers(call.params.get("shape", call.params.get("sizes")))
    params: tuple[tuple[str, int], ...] = ()
    if len(asked) == len(after) and asked[axis] == after[axis]:
        params = (("shape", axis),)
    for group in groups(before, after):
        if axis not in group.outputs:
            continue
        axes = tuple(("input", position) for position in group.inputs)
        big = tuple(pair for pair in axes if before[pair[1]] != 1) or axes
        if len(group.outputs) == 1 and len(big) == 1 and before[big[0][1]] == after[axis]:
            return AxisSource("same", big, params)
        if len(group.outputs) == 1 and big:
            return AxisSource("product", big, params)
        if big:
            return AxisSource("part", big, params)
        break
    return AxisSource("given", params=params) if params else UNKNOWN


def _flat(call: OpCall) -> tuple[int, int] | None:
    """Return the first and last flattened axis, or None where one is not there."""
    rank = max(call.operands["input"].rank, 1)
    first, last = (int(call.params.get(name, default)) for name, default in (("start_dim", 0), ("end_dim", -1)))
    if not (-rank <= first < rank and -rank <= last < rank):
        return None
    return first % rank, last % rank


def _flatten_conflicts(call: OpCall) -> list[Conflict]:
    for name, default in (("start_dim", 0), ("end_dim", -1)):
        found = out_of_range(call, "input", call.params.get(name, default), name)
        if found:
            return found
    flat = _flat(call)
    if flat is not None and flat[0] > flat[1]:
        return [Conflict("axis-range", call, None, AxisUse("", -1, flat[0], "start_dim"))]
    return []


def _flatten_output(call: OpCall) -> tuple[Shape, ...] | None:
    data, flat = call.operands["input"].shape, _flat(call)
    if flat is None or flat[0] > flat[1]:
        return None
    first, last = flat
    return ((*data[:first], prod(data[first : last + 1]), *data[last + 1 :]),)


def _flatten_source(call: OpCall, output: int, axis: int) -> AxisSource:
    flat, data = _flat(call), call.operands["input"].shape
    if flat is None or not data:
        return UNKNOWN
    first, last = flat
    if axis != first:
        return same("input", axis if axis < first else axis + last - first)
    if first == last:
        return same("input", axis)
    return AxisSource("product", tuple(("input", position) for position in range(first, last + 1)))


def _unflatten_conflicts(call: OpCall) -> list[Conflict]:
    data, sizes, dim = call.operands["input"], numbers(call.params["sizes"]), int(call.params["dim"])
    if found := out_of_range(call, "input", dim, "dim"):
        return found
    size = data.shape[dim]
    known = prod(each for each in sizes if each != -1)
    fits = sizes.count(-1) <= 1 and ((known and size % known == 0) if -1 in sizes else known == size)
    if fits and sizes:
        return []
    return [Conflict("numel", call, AxisUse("input", dim % data.rank, size), AxisUse("", -1, known, "sizes"))]


def _unflatten_output(call: OpCall) -> tuple[Shape, ...] | None:
    data, dim = call.operands["input"], int(call.params["dim"])
    if not -data.rank <= dim < data.rank:
        return None
    dim %= data.rank
    sizes = _resolved(numbers(call.params["sizes"]), data.shape[dim])
    return ((*data.shape[:dim], *sizes, *data.shape[dim + 1 :]),)


def _unflatten_source(call: OpCall, output: int, axis: int) -> AxisSource:
    data, many = call.operands["input"], len(call.params["sizes"])
    dim = call.params["dim"] % max(data.rank, 1)
    if axis < dim:
        return same("input", axis)
    if axis >= dim + many:
        return same("input", axis - many + 1)
    params = (("sizes", axis - dim),) if call.params["sizes"][axis - dim] != -1 else ()
    return AxisSource("part", (("input", dim),), params) if many > 1 else given("sizes", 0)


CONTRACTS: dict[str, Contract] = {
    "reshape": Contract(_reshape_conflicts, _reshape_output, _regrouped),
    "flatten": Contract(_flatten_conflicts, _flatten_output, _flatten_source),
    "unflatten": Contract(_unflatten_conflicts, _unflatten_output, _unflatten_source),
}
