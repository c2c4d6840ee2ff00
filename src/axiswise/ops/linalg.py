"""Linear algebra over the last two axes: inverses, factors, powers, and systems of equations.

Operand: `input`, a matrix or a batch of them; `right` for the right-hand side of a system. Parameters: `full_matrices`,
`mode`, `left`, as the operation names them.
"""

from __future__ import annotations

from collections.abc import Callable

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, Conflict, OpCall, Shape
from axiswise.ops.clauses import axis_of, differ, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, same

NUMBERS = ("float32", "float64", "complex64", "complex128")
"""Element types that these operations take; lower precisions have no kernels."""
USUAL = (None, "gelsy")
"""Drivers of lstsq that give the same results."""


def _lead(call: OpCall) -> Shape:
    return call.operands["input"].shape[:-2]


def _matrix(call: OpCall) -> Shape:
    """Return the matrix's rows and columns; rows twice where there are fewer axes."""
    shape = call.operands["input"].shape
    return shape[-2:] if len(shape) > 1 else (*shape, *shape)


def _matrix_conflicts(call: OpCall) -> list[Conflict]:
    return wrong_rank(call, "input", "2 or more") or wrong_dtype(call, "input", *NUMBERS)


def _square_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", "2 or more")
    if found:
        return found
    found = differ("square", call, axis_of(call, "input", -2), axis_of(call, "input", -1))
    power = call.params.get("n")
    if call.op == "matrix_power" and isinstance(power, int) and power >= 0:
        return found  # products take whole numbers, too
    return found + wrong_dtype(call, "input", *NUMBERS)


def _square(call: OpCall) -> Shape:
    """Return the shape with as many columns as rows."""
    rows = _matrix(call)[0] if call.operands["input"].rank else 1
    return (*_lead(call), rows, rows)


def _same(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis) if axis < call.operands["input"].rank else UNKNOWN


def _smaller(call: OpCall) -> AxisSource:
    """Return the source of an axis as long as the smaller one of the matrix."""
    rows, columns = _matrix(call)
    rank = call.operands["input"].rank
    return same("input", rank - 2 if rows <= columns else rank - 1)


def _needs_matrix(shapes: Callable[[OpCall], tuple[Shape, ...]]) -> Callable[[OpCall], tuple[Shape, ...] | None]:
    return lambda call: shapes(call) if call.operands["input"].rank > 1 else None


def _squares(count: int) -> Callable[[OpCall], tuple[Shape, ...] | None]:
    return _needs_matrix(lambda call: (_square(call),) * count)


def _scalars(count: int) -> Callable[[OpCall], tuple[Shape, ...] | None]:
    return _needs_matrix(lambda call: (_lead(call),) * count)


def _values(call: OpCall) -> tuple[Shape, ...]:
    return (_square(call)[:-1],)


def _values_and_vectors(call: OpCall) -> tuple[Shape, ...]:
    return _square(call)[:-1], _square(call)


# -- factors of any matrix -------------------------------------------------------------------------------------------
def _svd_output(call: OpCall) -> tuple[Shape, ...]:
    (rows, columns), lead = _matrix(call), _lead(call)
    least = min(rows, columns)
    if call.op == "svdvals":
        return ((*lead, least),)
    full = call.params.get("full_matrices", True)
    left, right = (*lead, rows, rows if full else least), (*lead, columns if full else least, columns)
    return left, (*lead, least), right


def _svd_source(call: OpCall, output: int, axis: int) -> AxisSource:
    rank, (rows, columns) = call.operands["input"].rank, _matrix(call)
    if axis < rank - 2:
        return same("input", axis)
    size = call.outputs[output].shape[axis]
    outer = axis == (rank - 2 if output == 0 else rank - 1)
    if call.op == "svdvals" or output == 1 or not (outer or size in (rows, columns)):
        return _smaller(call)
    if outer:
        return same("input", rank - 2 if output == 0 else rank - 1)
    full = call.params.get("full_matrices", True)
    return same("input", rank - 2 if output == 0 else rank - 1) if full else _smaller(call)


def _qr_output(call: OpCall) -> tuple[Shape, ...]:
    (rows, columns), lead, mode = _matrix(call), _lead(call), call.params.get("mode", "reduced")
    inner = rows if mode == "complete" else min(rows, columns)
    return ((0,) if mode == "r" else (*lead, rows, inner)), (*lead, inner, columns)


def _qr_source(call: OpCall, output: int, axis: int) -> AxisSource:
    rank = call.operands["input"].rank
    if call.outputs[output].rank != rank:
        return UNKNOWN
    if axis == (rank - 1 if output == 0 else rank - 2):
        return same("input", rank - 2) if call.params.get("mode") == "complete" else _smaller(call)
    return same("input", axis)


def _pinv_output(call: OpCall) -> tuple[Shape, ...]:
    rows, columns = _matrix(call)
    return ((*_lead(call), columns, rows),)


def _pinv_source(call: OpCall, output: int, axis: int) -> AxisSource:
    rank = call.operands["input"].rank
    return same("input", axis if axis < rank - 2 else 2 * rank - 3 - axis)


# -- systems of equations --------------------------------------------------------------------------------------------
def _is_vector(call: OpCall) -> bool:
    """Return whether the right-hand side is one vector for each matrix."""
    shape, right = call.operands["input"].shape, call.operands["right"].shape
    return call.op != "solve_triangular" and (len(right) == 1 or right == shape[:-1])


def _system_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "input", "2 or more")
    if found:
        return found
    if call.op != "lstsq":
        found = differ("square", call, axis_of(call, "input", -2), axis_of(call, "input", -1))
    if not found:
        lowest = "1 or more" if call.op in ("solve", "lstsq") else "2 or more"
        found = wrong_rank(call, "right", lowest) or _sides(call)
    found += wrong_dtype(call, "input", *NUMBERS)
    return found + wrong_dtype(call, "right", call.operands["input"].dtype, against="input")


def _sides(call: OpCall) -> list[Conflict]:
    shape, right = call.operands["input"].shape, call.operands["right"].shape
    is_left = bool(call.params.get("left", True))
    if call.op == "lstsq":
        return _least_squares(call)
    axis = -1 if _is_vector(call) or not is_left else -2
    found = differ("contraction", call, axis_of(call, "input", -2 if is_left else -1), axis_of(call, "right", axis))
    clash = first_clash(shape[:-2], right[: -1 if _is_vector(call) else -2])
    if clash and not found:
        found = differ("batch", call, axis_of(call, "input", clash[0]), axis_of(call, "right", clash[1]))
    return found


def _least_squares(call: OpCall) -> list[Conflict]:
    """As many samples on both sides; torch takes the right-hand side's batches from its first axes."""
    shape, right = call.operands["input"].shape, call.operands["right"].shape
    if len(right) not in (len(shape), len(shape) - 1):
        return wrong_rank(call, "right", len(shape) - 1, len(shape))
    samples = axis_of(call, "right", -1 if _is_vector(call) else -2)
    found = differ("contraction", call, axis_of(call, "input", -2), samples)
    clash = first_clash(shape[:-2], right[: len(shape) - 2])
    if clash and not found:
        found = differ("batch", call, axis_of(call, "input", clash[0]), axis_of(call, "right", clash[1]))
    return found


def _system_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape, right = call.operands["input"].shape, call.operands["right"].shape
    if len(shape) < 2 or not right or (len(right) < 2 and call.op == "solve_triangular"):
        return None
    behind = 1 if _is_vector(call) else 2
    if len(right) < behind:
        return None
    lead = broadcast(shape[:-2], right[:-behind])
    if lead is None:
        lead = shape[:-2]
    if behind == 1:
        return ((*lead, shape[-1]),)
    is_left = call.params.get("left", True)
    return ((*lead, shape[-1], *right[-1:]) if is_left else (*lead, *right[-2:-1], shape[-1]),)


def _system_source(call: OpCall, output: int, axis: int) -> AxisSource:
    shape, right = call.operands["input"].shape, call.operands["right"].shape
    result = call.outputs[output].shape
    behind = 1 if _is_vector(call) else 2
    back, is_left = len(result) - axis, bool(call.params.get("left", True))
    if back <= behind:
        ours = behind == 1 or (back == 2) == is_left
        return same("input", len(shape) - 1) if ours else same("right", len(right) - back)
    for role, operand, own in (("input", shape, 2), ("right", right, behind)):
        position = len(operand) - own - (back - behind)
        if position >= 0 and operand[position] == result[axis]:
            return same(role, position)
    return UNKNOWN


def _lstsq_output(call: OpCall) -> tuple[Shape, ...] | None:
    """The solution and the rank, with no residuals and no singular values: what the usual driver gives."""
    shape, right = call.operands["input"].shape, call.operands["right"].shape
    if len(shape) < 2 or len(right) not in (len(shape), len(shape) - 1) or call.params.get("driver") not in USUAL:
        return None
    many = () if _is_vector(call) else right[-1:]
    lead = broadcast(_lead(call), right[: len(shape) - 2]) or _lead(call)
    return (*lead, shape[-1], *many), (0,), _lead(call), (0,)


def _lstsq_source(call: OpCall, output: int, axis: int) -> AxisSource:
    lead = len(_lead(call))
    if output in (1, 3):
        return UNKNOWN
    if axis < lead:
        is_own = call.outputs[output].shape[axis] == call.operands["input"].shape[axis]
        return same("input" if is_own else "right", axis)
    return same("input", lead + 1) if axis == lead else same("right", call.operands["right"].rank - 1)


_FACTORS = {
    "svd": Contract(_matrix_conflicts, _needs_matrix(_svd_output), _svd_source),
    "svdvals": Contract(_matrix_conflicts, _needs_matrix(_svd_output), _svd_source),
    "qr": Contract(_matrix_conflicts, _needs_matrix(_qr_output), _qr_source),
    "pinv": Contract(_matrix_conflicts, _needs_matrix(_pinv_output), _pinv_source),
}

NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(
        ("inverse", "cholesky", "matrix_power", "matrix_exp"), Contract(_square_conflicts, _squares(1), _same)
    ),
    **dict.fromkeys(("det", "logdet"), Contract(_square_conflicts, _scalars(1), _same)),
    "slogdet": Contract(_square_conflicts, _scalars(2), _same),
    **dict.fromkeys(("eigh", "eig"), Contract(_square_conflicts, _needs_matrix(_values_and_vectors), _same)),
    **dict.fromkeys(("eigvalsh", "eigvals"), Contract(_square_conflicts, _needs_matrix(_values), _same)),
    **dict.fromkeys(("solve", "solve_triangular"), Contract(_system_conflicts, _system_output, _system_source)),
    "lstsq": Contract(_system_conflicts, _lstsq_output, _lstsq_source),
    **_FACTORS,
}
