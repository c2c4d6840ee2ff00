"""Axes in another order: permute, transpose, movedim, T, mT, flip, roll.

Operand `input`. permute: dims. transpose: dim0, dim1. movedim: source, destination. Those that keep order and sizes
(flip, roll, diagonal masks) hand every axis through.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import numbers, repeated
from axiswise.ops.axes import out_of_range as in_axes
from axiswise.ops.clauses import out_of_range, uncounted, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same


def _order(call: OpCall) -> tuple[int, ...] | None:
    """Return which input axis stands at each output axis, or None where the request names none."""
    rank = call.operands["input"].rank
    order = list(range(rank))
    params = call.params
    if call.op == "permute":
        dims = tuple(params["dims"])
        if len(dims) != rank or any(not -max(rank, 1) <= dim < max(rank, 1) for dim in dims):
            return None
        order = [dim % max(rank, 1) for dim in dims]
        return tuple(order) if sorted(order) == list(range(rank)) else None
    if call.op == "transpose":
        first, second = params["dim0"], params["dim1"]
        if any(not -max(rank, 1) <= dim < max(rank, 1) for dim in (first, second)):
            return None
        if rank:
            order[first], order[second] = order[second], order[first]
        return tuple(order)
    if call.op == "movedim":
        return _moved(rank, numbers(params["source"]), numbers(params["destination"]))
    if call.op == "reverse-axes":
        return tuple(reversed(order))
    return tuple([*order[:-2], *reversed(order[-2:])])  # matrix-transpose


def _moved(rank: int, source: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...] | None:
    if not rank and len(source) == len(target) == 1 and {*source, *target} <= {0, -1}:
        return ()
    if len(source) != len(target) or any(not -rank <= dim < rank for dim in (*source, *target)):
        return None
    source, target = tuple(dim % rank for dim in source), tuple(dim % rank for dim in target)
    if len(set(source)) != len(source) or len(set(target)) != len(target):
        return None
    rest = iter(dim for dim in range(rank) if dim not in source)
    places = dict(zip(target, source, strict=True))
    return tuple(places[axis] if axis in places else next(rest) for axis in range(rank))


def _conflicts(call: OpCall) -> list[Conflict]:
    rank = call.operands["input"].rank
    if call.op == "permute":
        dims = tuple(call.params["dims"])
        if len(dims) != rank:
            return [Conflict("permutation", call, AxisUse("input", -1, rank), AxisUse("", -1, len(dims), "dims"))]
        for dim in dims:
            if found := out_of_range(call, "input", dim, "dims"):
                return found
    if call.op == "transpose":
        for name in ("dim0", "dim1"):
            if found := out_of_range(call, "input", call.params[name], name):
                return found
    if call.op == "movedim":
        for name in ("source", "destination"):
            for dim in numbers(call.params[name]):
                if found := out_of_range(call, "input", dim, name):
                    return found
    if call.op == "reverse-axes" and call.params.get("flat"):
        return wrong_rank(call, "input", 0, 1, 2)
    if call.op == "matrix-transpose":
        return wrong_rank(call, "input", 0, "2 or more")
    if _order(call) is None:
        return [Conflict("permutation", call, AxisUse("input", -1, rank))]
    return []


def _output(call: OpCall) -> tuple[Shape, ...] | None:
    order, data = _order(call), call.operands["input"].shape
    return (tuple(data[axis] for axis in order),) if order is not None else None


def _source(call: OpCall, output: int, axis: int) -> AxisSource:
    order = _order(call)
    return same("input", order[axis]) if order is not None and axis < len(order) else UNKNOWN


# -- quarter turns ---------------------------------------------------------------------------------------------------
def _turn_conflicts(call: OpCall) -> list[Conflict]:
    rank, dims = call.operands["input"].rank, numbers(call.params["dims"])
    if len(dims) != 2:
        return [uncounted(call, "dims", 2)]
    found = wrong_rank(call, "input", "2 or more")
    for index, dim in enumerate(dims):
        found = found or in_axes(call, "input", dim, rank, "dims", index)
    return found or repeated(call, "input", "dims")


def _turned(call: OpCall) -> tuple[int, ...]:
    """Return which input axis stands at each output axis."""
    order = list(range(call.operands["input"].rank))
    if call.params["k"] % 2:
        first, second = numbers(call.params["dims"])
        order[first], order[second] = order[second], order[first]
    return tuple(order)


def _turn_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    return None if _turn_conflicts(call) else (tuple(shape[axis] for axis in _turned(call)),)


def _turn_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", _turned(call)[axis])


_PERMUTATION = Contract(_conflicts, _output, _source)

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(("permute", "transpose", "movedim", "reverse-axes", "matrix-transpose"), _PERMUTATION),
    "rot90": Contract(_turn_conflicts, _turn_output, _turn_source),
}
