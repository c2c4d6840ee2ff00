"""Products that contract an axis: matmul and its kin, linear, bilinear.

Operands: `left`, `right` for products of two tensors; `input`, `weight`, `bias` for linear, whose weight is
(out_features, in_features) as in torch; `added` for addmm's and baddbmm's first operand.
"""

from __future__ import annotations

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.contract import UNKNOWN, Contract, given, same, shape_of

RANKS = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "dot": (1, 1), "addmm": (2, 2), "baddbmm": (3, 3)}


def _contracted(left: Shape, right: Shape) -> tuple[int, int]:
    """Return the axes that are summed over: the left's last and the right's second last (or only) one."""
    return len(left) - 1, max(len(right) - 2, 0)


def _product_conflicts(call: OpCall) -> list[Conflict]:
    left, right = call.operands["left"].shape, call.operands["right"].shape
    wanted = RANKS.get(call.op)
    found: list[Conflict] = []
    for role, shape, rank in zip(("left", "right"), (left, right), wanted or (None, None), strict=True):
        if (rank is not None and len(shape) != rank) or not shape:
            allowed = (rank,) if rank is not None else ("1 or more",)
            found.append(Conflict("rank", call, AxisUse(role, -1, len(shape)), facts={"allowed": allowed}))
    if not left or not right:
        return found
    i, j = _contracted(left, right)
    if found:
        # Wrong ranks hide the next fault: say it too where the axes meant are plain.
        if left[-1] not in right[-2:]:
            found.append(Conflict("contraction", call, AxisUse("left", i, left[i]), AxisUse("right", j, right[j])))
        return found
    clash = first_clash(left[:-2], right[:-2])
    if call.op in ("bmm", "baddbmm") and left[0] != right[0]:
        clash = (0, 0)
    if clash:
        found.append(
            Conflict(
                "batch", call, AxisUse("left", clash[0], left[clash[0]]), AxisUse("right", clash[1], right[clash[1]])
            )
        )
    if left[i] != right[j]:
        found.insert(0, Conflict("contraction", call, AxisUse("left", i, left[i]), AxisUse("right", j, right[j])))
    return found


def _product_output(call: OpCall) -> tuple[Shape, ...] | None:
    left, right = call.operands["left"].shape, call.operands["right"].shape
    if not left or not right:
        return None
    rows = left[-2:-1]
    columns = right[-1:] if len(right) > 1 else ()
    lead = broadcast(left[:-2], right[:-2])
    return ((*(lead if lead is not None else left[:-2]), *rows, *columns),)


def _product_source(call: OpCall, output: int, axis: int) -> AxisSource:
    left, right = call.operands["left"].shape, call.operands["right"].shape
    shape = call.outputs[output].shape
    matrix_axes = (len(left) > 1) + (len(right) > 1)
    columns = len(right) > 1
    if columns and axis == len(shape) - 1:
        return same("right", len(right) - 1)
    if len(left) > 1 and axis == len(shape) - 1 - columns:
        return same("left", len(left) - 2)
    back = len(shape) - matrix_axes - axis  # 1 for the last batch axis
    for role, operand in (("left", left), ("right", right)):
        position = len(operand) - 2 - back
        if position >= 0 and operand[position] == shape[axis]:
            return same(role, position)
    return UNKNOWN


def _linear_conflicts(call: OpCall) -> list[Conflict]:
    data, weight = call.operands["input"].shape, call.operands["weight"].shape
    if not data:
        return [Conflict("rank", call, AxisUse("input", -1, 0), facts={"allowed": ("1 or more",)})]
    if data[-1] == weight[-1]:
        return []
    return [
        Conflict(
            "contraction",
            call,
            AxisUse("input", len(data) - 1, data[-1]),
            AxisUse("weight", 1, weight[-1], param="in_features"),
        )
    ]


def _linear_output(call: OpCall) -> tuple[Shape, ...] | None:
    data, weight = call.operands["input"].shape, call.operands["weight"].shape
    return ((*data[:-1], *weight[:-1]),)


def _linear_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis < len(call.outputs[output].shape) - 1:
        return same("input", axis)
    return given("out_features") if "out_features" in (call.layer.settings if call.layer else {}) else same("weight", 0)


def _bilinear_conflicts(call: OpCall) -> list[Conflict]:
    weight = call.operands["weight"].shape
    found: list[Conflict] = []
    for role, axis, param in (("left", 1, "in1_features"), ("right", 2, "in2_features")):
        shape = call.operands[role].shape
        if shape[-1] != weight[axis]:
            found.append(
                Conflict(
                    "contraction",
                    call,
                    AxisUse(role, len(shape) - 1, shape[-1]),
                    AxisUse("weight", axis, weight[axis], param=param),
                )
            )
    return found


def _bilinear_output(call: OpCall) -> tuple[Shape, ...] | None:
    left = shape_of(call, "left") or ()
    return ((*left[:-1], call.operands["weight"].shape[0]),)


def _bilinear_source(call: OpCall, output: int, axis: int) -> AxisSource:
    last = len(call.outputs[output].shape) - 1
    return same("left", axis) if axis < last else given("out_features")


_PRODUCT = Contract(_product_conflicts, _product_output, _product_source)

CONTRACTS: dict[str, Contract] = {
    "matmul": _PRODUCT,
    "linear": Contract(_linear_conflicts, _linear_output, _linear_source),
    "bilinear": Contract(_bilinear_conflicts, _bilinear_output, _bilinear_source),
    **dict.fromkeys(RANKS, _PRODUCT),
}
