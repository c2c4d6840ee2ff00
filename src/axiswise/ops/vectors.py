"""Vectors and chains of matrices: cross, kron, multi_dot.

Operands: `left`, `right`; `tensors.0`, `tensors.1`, ... of a chain. Parameter: `dim` of cross.
"""

from __future__ import annotations

from itertools import pairwise

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.axes import out_of_range, position
from axiswise.ops.clauses import axis_of, differ, setting, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same


def _shapes(call: OpCall) -> tuple[Shape, Shape]:
    return call.operands["left"].shape, call.operands["right"].shape


# -- cross -----------------------------------------------------------------------------------------------------------
def _cross_conflicts(call: OpCall) -> list[Conflict]:
    left, right = _shapes(call)
    found = wrong_rank(call, "right", len(left))
    dim = call.params.get("dim")
    if found:
        return found
    if dim is not None:
        found = out_of_range(call, "left", dim, len(left))
        if found or not left:
            return found or wrong_rank(call, "left", "1 or more")
        axis = position(dim, len(left))
        for role in ("left", "right"):
            use = axis_of(call, role, axis)
            if use.size != 3:
                return [Conflict("length", call, use, setting("coordinates", 3))]
    clash = first_clash(left, right)
    if clash:
        return differ("broadcast", call, axis_of(call, "left", clash[0]), axis_of(call, "right", clash[1]))
    if dim is None and 3 not in (broadcast(left, right) or ()):
        return (
            [Conflict("length", call, axis_of(call, "left", -1), setting("coordinates", 3))]
            if left
            else (wrong_rank(call, "left", "1 or more"))
        )
    return []


def _broadcast_output(call: OpCall) -> tuple[Shape, ...] | None:
    left, right = _shapes(call)
    return (broadcast(left, right) or left,)


def _broadcast_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape = call.outputs[output].shape
    for role in ("left", "right"):
        operand = call.operands[role].shape
        at = axis - len(shape) + len(operand)
        if at >= 0 and operand[at] == shape[axis]:
            return same(role, at)
    return UNKNOWN


# -- kron ------------------------------------------------------------------------------------------------------------
def _kron_output(call: OpCall) -> tuple[Shape, ...] | None:
    left, right = _shapes(call)
    rank = max(len(left), len(right))
    pairs = zip((1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right, strict=True)
    return (tuple(a * b for a, b in pairs),)


def _kron_source(call: OpCall, output: int, axis: int) -> AxisSource:
    rank = call.outputs[output].rank
    places = [(role, axis - rank + call.operands[role].rank) for role in ("left", "right")]
    held = tuple((role, place) for role, place in places if place >= 0)
    return same(*held[0]) if len(held) == 1 else AxisSource("product", held)


# -- chains ----------------------------------------------------------------------------------------------------------
def _chain_conflicts(call: OpCall) -> list[Conflict]:
    roles = list(call.operands)
    if len(roles) < 2 and call.op == "multi_dot":
        return [Conflict("other", call, facts={"tensors": len(roles)})]
    for place, role in enumerate(roles):
        is_end = call.op == "multi_dot" and place in (0, len(roles) - 1)
        found = wrong_rank(call, role, *((1, 2) if is_end else (2,)))
        found = found or wrong_dtype(call, role, call.operands[roles[0]].dtype, against=roles[0])
        if found:
            return found
    for first, second in pairwise(roles):
        found = differ("contraction", call, axis_of(call, first, -1), axis_of(call, second, 0))
        if found:
            return found
    return []


def _chain_ends(call: OpCall) -> list[tuple[str, int]]:
    """Return the axes that are left: the first one's rows and the last one's columns."""
    roles = list(call.operands)
    first, last = roles[0], roles[-1]
    if first == last:
        return [(first, axis) for axis in range(call.operands[first].rank)]
    rows = [(first, 0)] if call.operands[first].rank > 1 else []
    return rows + ([(last, call.operands[last].rank - 1)] if call.operands[last].rank > 1 else [])


def _chain_output(call: OpCall) -> tuple[Shape, ...] | None:
    if not call.operands or any(ref.rank not in (1, 2) for ref in call.operands.values()):
        return None
    return (tuple(call.operands[role].shape[axis] for role, axis in _chain_ends(call)),)


def _chain_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same(*_chain_ends(call)[axis])


def _grid_conflicts(call: OpCall) -> list[Conflict]:
    """meshgrid: one axis for each tensor, all of one element type."""
    roles = list(call.operands)
    for role in roles:
        found = wrong_rank(call, role, 0, 1)
        found = found or wrong_dtype(call, role, call.operands[roles[0]].dtype, against=roles[0])
        if found:
            return found
    return []


def _grid_order(call: OpCall) -> list[str]:
    """Return which tensor gives each axis; `xy` has the first two change places."""
    roles = list(call.operands)
    if call.params.get("indexing") == "xy" and len(roles) > 1:
        roles[:2] = roles[1::-1]
    return roles


def _grid_output(call: OpCall) -> tuple[Shape, ...] | None:
    sizes = (call.operands[role].shape for role in _grid_order(call))
    shape = tuple(each[0] if each else 1 for each in sizes)
    return (shape,) * len(shape)


def _grid_source(call: OpCall, output: int, axis: int) -> AxisSource:
    role = _grid_order(call)[axis]
    return same(role, 0) if call.operands[role].rank else UNKNOWN


_CHAIN = Contract(_chain_conflicts, _chain_output, _chain_source)

CONTRACTS: dict[str, Contract] = {
    "cross": Contract(_cross_conflicts, _broadcast_output, _broadcast_source),
    "kron": Contract(lambda call: [], _kron_output, _kron_source),
    "multi_dot": _CHAIN,
    "chain_matmul": _CHAIN,
    "meshgrid": Contract(_grid_conflicts, _grid_output, _grid_source),
}
