"""Places picked by an index tensor: gather, scatter, index_select, take_along_dim, one_hot.

Operands: `input`, `index`, and `source` for what is written. Parameter: `dim`; `num_classes` for one_hot. Frontends
that know the values give `highest_index` and `lowest_index`.
"""

from __future__ import annotations

from math import prod

from axiswise.algebra.broadcasting import broadcast, first_clash
from axiswise.facts import AxisSource, AxisUse, Conflict, OpCall, Shape
from axiswise.ops.axes import axes_out_of_range, position, replaced
from axiswise.ops.clauses import INDICES, wrong_dtype, wrong_rank
from axiswise.ops.contract import UNKNOWN, Contract, given, same

WRITING = frozenset({"scatter", "scatter_add", "scatter_reduce"})


def _axis(call: OpCall) -> int:
    return position(call.params.get("dim", 0), call.operands["input"].rank)


def beyond(call: OpCall, role: str, axis: int, negative: bool = False) -> list[Conflict]:
    """Return the conflict of a known index that the axis does not have, or nothing.

    With `negative`, places may be counted from the end.
    """
    shape = call.operands["input"].shape
    length = shape[axis] if shape else 1
    lowest, highest = call.params.get("lowest_index"), call.params.get("highest_index")
    if isinstance(highest, int) and highest >= length:
        wrong = highest
    elif isinstance(lowest, int) and lowest < (-length if negative else 0):
        wrong = lowest
    else:
        return []
    right = AxisUse("input", axis if shape else -1, length)
    facts = {"length": length, "highest": wrong}
    return [Conflict("index-range", call, AxisUse(role, -1, wrong, "index"), right, facts)]


def _fits_within(call: OpCall, role: str, skip: int) -> list[Conflict]:
    """Return the conflict of an index that is longer than an operand along an axis, or nothing."""
    index, data = call.operands["index"].shape, call.operands[role].shape
    if index and not data and index[0] > 1 and skip != 0:
        return [Conflict("index-shape", call, AxisUse("index", 0, index[0]), AxisUse(role, -1, 1))]
    for axis, (mine, its) in enumerate(zip(index, data, strict=False)):
        if axis != skip and mine > its:
            return [Conflict("index-shape", call, AxisUse("index", axis, mine), AxisUse(role, axis, its))]
    return []


def _gather_conflicts(call: OpCall) -> list[Conflict]:
    index, data = call.operands["index"], call.operands["input"]
    found = axes_out_of_range(call, "input") + wrong_dtype(call, "index", "int64", "int32")
    if found or prod(index.shape) == 0:
        return found
    for role in ("input", "source") if "source" in call.operands else ("input",):
        other = call.operands[role]
        if max(index.rank, 1) != max(other.rank, 1):
            left, right = AxisUse("index", -1, index.rank), AxisUse(role, -1, other.rank)
            return [Conflict("index-shape", call, left, right, {"allowed": (other.rank,)})]
    axis = _axis(call)
    found = _fits_within(call, "input", axis)
    if "source" in call.operands:
        found += _fits_within(call, "source", -1)
        if call.operands["source"].dtype != data.dtype:
            found += wrong_dtype(call, "source", data.dtype, against="input")
    return found + beyond(call, "index", axis)


def _gather_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["input" if call.op in WRITING else "index"].shape,)


def _gather_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input" if call.op in WRITING else "index", axis)


def _along_conflicts(call: OpCall) -> list[Conflict]:
    """take_along_dim broadcasts the index with the input off the axis."""
    index, data = call.operands["index"].shape, call.operands["input"].shape
    found = wrong_dtype(call, "index", "int64", "int32")
    if found or call.params.get("dim") is None:
        return found
    if len(index) != len(data):
        left, right = AxisUse("index", -1, len(index)), AxisUse("input", -1, len(data))
        return [Conflict("index-shape", call, left, right)]
    found = axes_out_of_range(call, "input")
    if found or not data:
        return found
    axis = _axis(call)
    clash = first_clash(replaced(index, axis, 1), replaced(data, axis, 1))
    if clash:
        at = clash[0]
        left, right = AxisUse("index", at, index[at]), AxisUse("input", at, data[at])
        return [Conflict("index-shape", call, left, right)]
    return beyond(call, "index", axis)


def _along_output(call: OpCall) -> tuple[Shape, ...] | None:
    index, data = call.operands["index"].shape, call.operands["input"].shape
    if call.params.get("dim") is None:
        return ((prod(index),),)
    if len(index) != len(data) or not data:
        return (index,)
    axis = _axis(call)
    common = broadcast(replaced(index, axis, 1), replaced(data, axis, 1))
    return (replaced(common, axis, index[axis]) if common is not None else index,)


def _along_source(call: OpCall, output: int, axis: int) -> AxisSource:
    index, size = call.operands["index"].shape, call.outputs[output].shape[axis]
    if call.params.get("dim") is None:
        return AxisSource("product", tuple(("index", each) for each in range(len(index)))) if index else UNKNOWN
    return same("index" if index[axis] == size else "input", axis)


def _select_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_rank(call, "index", 0, 1) + axes_out_of_range(call, "input")
    found += wrong_dtype(call, "index", "int64", "int32")
    if found:
        return found
    data, index, axis = call.operands["input"].shape, call.operands["index"].shape, _axis(call)
    if not data and prod(index) != 1:
        return [Conflict("index-shape", call, AxisUse("index", 0, index[0]), AxisUse("input", -1, 1))]
    return beyond(call, "index", axis)


def _select_output(call: OpCall) -> tuple[Shape, ...] | None:
    data, index = call.operands["input"].shape, call.operands["index"].shape
    return (replaced(data, _axis(call), prod(index)) if data else (),)


def _select_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis != _axis(call):
        return same("input", axis)
    return same("index", 0) if call.operands["index"].rank else UNKNOWN


def _added_conflicts(call: OpCall) -> list[Conflict]:
    """index_add, index_copy, index_fill: the source has the input's axes, and one place for each index."""
    found = wrong_rank(call, "index", 0, 1) + axes_out_of_range(call, "input")
    found += wrong_dtype(call, "index", *(INDICES if call.op == "index_add" else ("int64",)))
    if not found and "source" in call.operands:
        found = _source_shape(call)
        found += wrong_dtype(call, "source", call.operands["input"].dtype, against="input")
    return found or beyond(call, "index", _axis(call))


def _source_shape(call: OpCall) -> list[Conflict]:
    source, data, index = (call.operands[role].shape for role in ("source", "input", "index"))
    # A source without axes counts as one place; index_add wants the input without axes then, too.
    one = not source and prod(index) == 1 and (call.op == "index_copy" or not data)
    if not one and (not source or len(source) != len(data)):
        left, right = AxisUse("source", -1, len(source)), AxisUse("input", -1, len(data))
        return [Conflict("index-shape", call, left, right)]
    for at, (mine, its) in enumerate(zip(source, data, strict=False)):
        if at == _axis(call) and mine != prod(index):
            left = AxisUse("index", 0 if index else -1, prod(index))
            return [Conflict("index-shape", call, left, AxisUse("source", at, mine))]
        if at != _axis(call) and mine != its:
            return [Conflict("index-shape", call, AxisUse("source", at, mine), AxisUse("input", at, its))]
    return []


def _input_output(call: OpCall) -> tuple[Shape, ...] | None:
    return (call.operands["input"].shape,)


def _input_source(call: OpCall, output: int, axis: int) -> AxisSource:
    return same("input", axis)


def _masked_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_dtype(call, "mask", "bool")
    clash = first_clash(call.operands["input"].shape, call.operands["mask"].shape)
    if clash:
        data, mask = call.operands["input"].shape, call.operands["mask"].shape
        left, right = AxisUse("mask", clash[1], mask[clash[1]]), AxisUse("input", clash[0], data[clash[0]])
        found.insert(0, Conflict("index-shape", call, left, right))
    return found


def _hot_conflicts(call: OpCall) -> list[Conflict]:
    found = wrong_dtype(call, "input", "int64")
    highest, classes = call.params.get("highest_index"), call.params.get("num_classes")
    if not found and isinstance(highest, int) and isinstance(classes, int) and 0 <= classes <= highest:
        left, right = AxisUse("input", -1, highest, "index"), AxisUse("", -1, classes, "num_classes")
        return [Conflict("index-range", call, left, right, {"length": classes, "highest": highest})]
    return found


def _hot_output(call: OpCall) -> tuple[Shape, ...] | None:
    classes = call.params.get("num_classes", -1)
    return ((*call.operands["input"].shape, classes),) if classes > 0 else None


def _hot_source(call: OpCall, output: int, axis: int) -> AxisSource:
    if axis < call.operands["input"].rank:
        return same("input", axis)
    return given("num_classes") if call.params.get("num_classes", -1) > 0 else UNKNOWN


def _unsaid(call: OpCall) -> tuple[Shape, ...] | None:
    return None


def _unfollowed(call: OpCall, output: int, axis: int) -> AxisSource:
    return UNKNOWN


NEEDED = ("input",)

CONTRACTS: dict[str, Contract] = {
    **dict.fromkeys(("gather", *sorted(WRITING)), Contract(_gather_conflicts, _gather_output, _gather_source)),
    "take_along_dim": Contract(_along_conflicts, _along_output, _along_source),
    **dict.fromkeys(
        ("index_add", "index_copy", "index_fill"), Contract(_added_conflicts, _input_output, _input_source)
    ),
    "index_select": Contract(_select_conflicts, _select_output, _select_source),
    "masked_select": Contract(_masked_conflicts, _unsaid, _unfollowed),
    "one_hot": Contract(_hot_conflicts, _hot_output, _hot_source),
}
