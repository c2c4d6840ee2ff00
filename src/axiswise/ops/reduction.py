"""Axes summed up, or worked along: sum, mean, max, norm, softmax, cumsum, sort.

Operand: `input`. Parameters: `dim` (a number, several, or None for all), `keepdim`.
"""

from __future__ import annotations

from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import axes_out_of_range, numbers, position, repeated, replaced
from axiswise.ops.clauses import axis_of, setting, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same

_REDUCED = (
    "sum nansum mean nanmean prod any all amax amin aminmax argmax argmin var std var_mean std_mean norm logsumexp "
    "count_nonzero max min median nanmedian mode"
)
_ALONG = "softmax log_softmax softmin gumbel_softmax normalize cumsum cumprod cummax cummin logcumsumexp sort argsort"
REDUCED = frozenset(_REDUCED.split())
ALONG = frozenset(_ALONG.split())
"""Operations that keep the shape."""
TWO = frozenset({"aminmax", "var_mean", "std_mean", "cummax", "cummin", "sort"})
"""Operations with two results."""
VALUES_AND_PLACES = frozenset({"max", "min", "median", "nanmedian", "mode"})
"""Two results where an axis is named, one over the whole tensor."""
PICKING = frozenset({"max", "min", "median", "nanmedian", "mode", "argmax", "argmin", "amax", "amin", "aminmax"})
"""Operations that have no answer for an axis without elements."""


def _over(call: OpCall) -> tuple[int, ...]:
    """Return the axes that are summed up."""
    rank, dim = call.operands["input"].rank, call.params.get("dim")
    named = tuple(position(axis, rank) for axis in numbers(dim))
    if dim is None or (not named and call.op not in ("any", "all")):
        return tuple(range(rank))
    return named if rank else ()


def _reduced_conflicts(call: OpCall) -> list[Conflict]:
    found = axes_out_of_range(call, "input") or repeated(call, "input")
    shape, named = call.operands["input"].shape, len(numbers(call.params.get("dim")))
    if not found and named > 2 and call.params.get("p") in ("fro", "nuc"):
        return [Conflict("other", call, right=setting("dim", named), facts={"allowed": (1, 2)})]
    if not found and call.op in PICKING:
        return [
            Conflict("window", call, AxisUse("input", axis, 0), facts={"empty": True})
            for axis in _over(call)
            if shape[axis] == 0
        ]
    return found


def _outputs(call: OpCall) -> int:
    return 2 if call.op in TWO or (call.op in VALUES_AND_PLACES and call.params.get("dim") is not None) else 1


def _reduced_output(call: OpCall) -> tuple[Shape, ...] | None:
    over, shape = _over(call), call.operands["input"].shape
    if call.params.get("keepdim"):
        result = tuple(1 if axis in over else size for axis, size in enumerate(shape))
    else:
        result = tuple(size for axis, size in enumerate(shape) if axis not in over)
    return (result,) * _outputs(call)


def _reduced_source(call: OpCall, output: int, axis: int) -> AxisSource:
    over, rank = _over(call), call.operands["input"].rank
    if call.params.get("keepdim"):
        return UNKNOWN if axis in over else same("input", axis)
    left = [each for each in range(rank) if each not in over]
    return same("input", left[axis]) if axis < len(left) else UNKNOWN


def _along_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["input"].shape,) * _outputs(call)


def _along_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis)


def _along_conflicts(call: OpCall) -> list[Conflict]:
    return axes_out_of_range(call, "input")


def _gate_conflicts(call: OpCall) -> list[Conflict]:
    """Clauses of glu: one half of an axis gates the other."""
    found = wrong_rank(call, "input", "1 or more") or axes_out_of_range(call, "input")
    if found:
        return found
    left = axis_of(call, "input", call.params["dim"])
    return [Conflict("split", call, left, setting("halves", 2), {"divisor": 2})] if left.size % 2 else []


def _gate_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    axis = position(call.params["dim"], len(shape))
    return (replaced(shape, axis, shape[axis] // 2) if shape else shape,)


def _gate_source(call: OpCall, output: int, axis: int) -> AxisSource:
    halved = axis == position(call.params["dim"], call.operands["input"].rank)
    return AxisSource("part", (("input", axis),)) if halved else same("input", axis)


def _best_conflicts(call: OpCall) -> list[Conflict]:
    """Conflicts of topk and kthvalue, which take `k` places of an axis."""
    found = axes_out_of_range(call, "input")
    shape, k = call.operands["input"].shape, call.params["k"]
    if found:
        return found
    axis = position(call.params["dim"], len(shape))
    length = shape[axis] if shape else 1
    lowest = 0 if call.op == "topk" else 1
    if lowest <= k <= length:
        return []
    right = AxisUse("input", axis, length) if shape else AxisUse("input", -1, 1)
    return [Conflict("index-range", call, setting("k", k), right, {"length": length, "value": k})]


def _topk_output(call: OpCall) -> tuple[Shape, ...] | None:
    shape = call.operands["input"].shape
    if not shape:
        return ((), ())
    return (replaced(shape, position(call.params["dim"], len(shape)), call.params["k"]),) * 2


def _topk_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return given("k") if axis == position(call.params["dim"], call.operands["input"].rank) else same("input", axis)


def _kth_output(call: OpCall) -> tuple[Shape, ...] | None:
    reduced = _reduced_output(call)
    return (reduced[0],) * 2 if reduced else None


NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(REDUCED, Contract(_reduced_conflicts, _reduced_output, _reduced_source)),
    **dict.fromkeys(ALONG, Contract(_along_conflicts, _along_output, _along_source)),
    "glu": Contract(_gate_conflicts, _gate_output, _gate_source),
    "topk": Contract(_best_conflicts, _topk_output, _topk_source),
    "kthvalue": Contract(_best_conflicts, _kth_output, _reduced_source),
}
