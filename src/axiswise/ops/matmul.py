"""Products that contract the left's last axis with the right's second last: matmul and its kin.

Operands: `left`, `right`; `added` for what addmm and its like add to the product.
"""

from __future__ import annotations

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same

RANKS: dict[str, tuple[int, int]] = {
    "mm": (2, 2),
    "bmm": (3, 3),
    "mv": (2, 1),
    "dot": (1, 1),
    "addmm": (2, 2),
    "addmv": (2, 1),
    "baddbmm": (3, 3),
    "addbmm": (3, 3),
}


def _shapes(call: OpCall) -> tuple[Shape, Shape]:
    return call.operands["left"].shape, call.operands["right"].shape


def _product_conflicts(call: OpCall) -> list[Conflict]:
    left, right = _shapes(call)
    found: list[Conflict] = []
    for role, rank in zip(("left", "right"), RANKS.get(call.op, ("1 or more", "1 or more")), strict=True):
        found += wrong_rank(call, role, rank)
    if not left or not right:
        return found
    # Summed over: the left's last axis and the right's second last, or only, one.
    contraction = differ("contraction", call, axis_of(call, "left", -1), axis_of(call, "right", max(len(right) - 2, 0)))
    if found:
        # Wrong ranks hide the next fault: say it too where no reading of the axes fits.
        return found + (contraction if left[-1] not in right[-2:] else [])
    if call.op in ("bmm", "baddbmm", "addbmm"):
        found += differ("batch", call, axis_of(call, "left", 0), axis_of(call, "right", 0))
    elif clash := first_clash(left[:-2], right[:-2]):
        found += differ("batch", call, axis_of(call, "left", clash[0]), axis_of(call, "right", clash[1]))
    found += contraction
    found += wrong_dtype(call, "left", call.operands["right"].dtype, against="right") or no_truths(call)
    if "added" in call.operands and not found:
        found += _added_conflicts(call)
    return found


def no_truths(call: OpCall) -> list[Conflict]:
    """Return the conflict of truth values in a product, which has no kernel for them."""
    return [
        conflict
        for role in ("left", "right")
        if call.operands[role].dtype == "bool"
        for conflict in wrong_dtype(call, role, "float32", "int64")
    ][:1]


def _added_conflicts(call: OpCall) -> list[Conflict]:
    """The added operand has to broadcast to the product, which never grows for it."""
    added, (product,) = call.operands["added"].shape, _product_shape(call)
    found = wrong_rank(call, "added", *range(len(product) + 1))
    for back in range(1, min(len(added), len(product)) + 1):
        if added[-back] not in (1, product[-back]):
            role, axis = _matrix_axis(call, back) or ("left", 0)
            found += differ("broadcast", call, axis_of(call, "added", -back), axis_of(call, role, axis))
    if call.params.get("inplace") and not found and added != product:
        found.append(Conflict("inplace", call, axis_of(call, "added", -1) if added else None))
    return found + wrong_dtype(call, "added", call.operands["left"].dtype, against="left")


def _product_shape(call: OpCall) -> tuple[Shape]:
    left, right = _shapes(call)
    if call.op == "addr":
        return ((*left, *right),)
    lead = () if call.op == "addbmm" else broadcast(left[:-2], right[:-2])
    return ((*(left[:-2] if lead is None else lead), *left[-2:-1], *(right[-1:] if len(right) > 1 else ())),)


def _product_output(call: OpCall) -> tuple[Shape, ...] | None:
    return _product_shape(call) if all(_shapes(call)) else None


def _matrix_axis(call: OpCall, back: int) -> tuple[str, int] | None:
    """Return which operand's row or column axis is the output's axis `back` steps from its end, or None."""
    left, right = _shapes(call)
    if call.op == "addr":
        return (("right", 0), ("left", 0))[back - 1] if back <= 2 else None
    own = [("left", len(left) - 2)] if len(left) > 1 else []
    own += [("right", len(right) - 1)] if len(right) > 1 else []
    return own[-back] if back <= len(own) else None


def _product_source(call: OpCall, output: int, axis: int) -> AxisSource:
    left, right = _shapes(call)
    shape = call.outputs[output].shape
    back = len(shape) - axis
    own = _matrix_axis(call, back)
    if own:
        return same(*own)
    back -= (len(left) > 1) + (len(right) > 1)  # 1 for the last batch axis
    for role, operand in (("left", left), ("right", right)):
        position = len(operand) - 2 - back
        if position >= 0 and operand[position] == shape[axis]:
            return same(role, position)
    return UNKNOWN


def _outer_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "left", 1) + wrong_rank(call, "right", 1)
    return found + (_added_conflicts(call) if "added" in call.operands and not found else [])


def _outer_output(call: OpCall) -> tuple[Shape, ...] | None:
    left, right = _shapes(call)
    return ((*left, *right),)


def _outer_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("left" if axis == 0 else "right", 0)


def _paired_conflicts(call: OpCall) -> list[Conflict]:
    """Clauses of inner and cdist: the last axes of both are contracted."""
    left, right = _shapes(call)
    found: list[Conflict] = []
    if call.op == "cdist":
        found += wrong_rank(call, "left", "2 or more") + wrong_rank(call, "right", "2 or more")
    if found or not left or not right:
        return found
    found += differ("contraction", call, axis_of(call, "left", -1), axis_of(call, "right", -1))
    if call.op == "cdist" and (clash := first_clash(left[:-2], right[:-2])):
        found += differ("batch", call, axis_of(call, "left", clash[0]), axis_of(call, "right", clash[1]))
    return found + (wrong_dtype(call, "left", call.operands["right"].dtype, against="right") or no_truths(call))


def _paired_output(call: OpCall) -> tuple[Shape, ...] | None:
    left, right = _shapes(call)
    if call.op == "inner":
        return ((*left[:-1], *right[:-1]) if left and right else (left or right),)
    lead = broadcast(left[:-2], right[:-2])
    return ((*(left[:-2] if lead is None else lead), *left[-2:-1], *right[-2:-1]),)


def _paired_source(call: OpCall, output: int, axis: int) -> AxisSource:
    left, right = _shapes(call)
    shape = call.outputs[output].shape
    if call.op == "inner":
        if not left or not right:
            return same("left" if left else "right", axis)
        return same("left", axis) if axis < len(left) - 1 else same("right", axis - len(left) + 1)
    back = len(shape) - axis
    if back == 1:
        return same("right", len(right) - 2)
    for role, operand in (("left", left), ("right", right)):
        position = len(operand) - back
        if position >= 0 and operand[position] == shape[axis]:
            return same(role, position)
    return UNKNOWN


_PRODUCT = Contract(_product_conflicts, _product_output, _product_source)
_PAIRED = Contract(_paired_conflicts, _paired_output, _paired_source)

CONTRACTS: dict[str, Contract] = {
    "matmul": _PRODUCT,
    **dict.fromkeys(RANKS, _PRODUCT),
    **dict.fromkeys(("outer", "addr"), Contract(_outer_conflicts, _outer_output, _outer_source)),
    "inner": _PAIRED,
    "cdist": _PAIRED,
}
