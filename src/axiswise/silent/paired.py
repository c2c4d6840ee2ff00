"""A column against a row: (N, 1) with (N,) gives each of N paired with each of N, where N pairs were meant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import cast

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.axes import numbers, position
from axiswise.ops.broadcast import BINARY
from axiswise.ops.contract import contract_of
from axiswise.silent.factors import Axis
from axiswise.silent.following import Uses

LAYERS = frozenset({"linear", "conv1d", "conv2d", "bilinear", "embedding"})
MAPS = frozenset(f"{name}{count}d" for name in ("conv", "conv_transpose") for count in (1, 2, 3))
"""Layers that give one channel for each place."""
CARRIED = frozenset(
    "sigmoid tanh relu softplus exp log dropout to float double clone detach contiguous clamp abs negative mul div add "
    "sub gt lt ge le round index index_select cumsum logcumsumexp".split()
)
"""What a column goes through and stays one."""
PICKS = frozenset("argmax argmin max min amax amin squeeze select flatten reshape softmax log_softmax".split())
"""What makes one number for each example of what a layer tells."""
EXTREMES = frozenset({"max", "min", "amax", "amin", "argmax", "argmin"})
"""What picks one of a layer's numbers for each row."""
SAME_NUMBERS = frozenset({"unsqueeze", "squeeze", "expand", "transpose", "permute", "matrix-transpose", "reverse-axes"})
"""Views that keep the numbers, each somewhere else."""
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "sub"})
STATISTICS = frozenset("sum mean amax amin max min norm std var logsumexp prod median".split())
ROW_BY_ROW = frozenset(
    "exp log sqrt rsqrt reciprocal clamp abs negative detach float double to add mul div true_divide sub pow clone "
    "contiguous".split()
)
"""What a statistic goes through and still has one number a row."""


def paired(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield operations on operands that do not lie as they were meant to; the sides are the axes that do not meet.

    Facts: `fault` (`pairs`: a layer's one column meets a row of as many; `itself`: a tensor meets itself, along the
    same axis; `statistic`: one number a row is laid along the columns; `row`: an index that is one row reads one).
    """
    for call in trace.calls:
        if call.saved:
            continue
        if call.op == "gather":
            yield from _first_row(call)
        if call.op not in BINARY or len(call.operands) != 2:
            continue
        roles = list(call.operands)
        if _is_itself(trace, uses, call):
            sides = (AxisUse(role, -1, call.operands[role].rank) for role in roles)
            yield Conflict("paired", call, *sides, facts={"fault": "itself"})
        for column, row in (roles, roles[::-1]):
            one, other = call.operands[column], call.operands[row]
            if one.rank == 2 and other.rank == 1 and one.shape == (other.shape[0], 1) and other.shape[0] > 1:
                if _goes_by_rows(trace, call, one, other):
                    size = other.shape[0]
                    sides = AxisUse(column, 0, size), AxisUse(row, 0, size)
                    yield Conflict("paired", call, *sides, facts={"fault": "pairs"})
            if _is_one_channel(trace, one, other):
                sides = AxisUse(column, 0, one.shape[0]), AxisUse(row, 0, other.shape[0])
                yield Conflict("paired", call, *sides, facts={"fault": "pairs"})
            axes = _misaligned(trace, uses, one, other)
            if axes is not None:
                sides = AxisUse(column, axes[0], one.shape[axes[0]]), AxisUse(row, axes[1], other.shape[axes[1]])
                yield Conflict("paired", call, *sides, facts={"fault": "statistic"})


def _is_column(trace: Trace, column: TensorRef) -> bool:
    """Return whether a column is what a layer or a pick gives, and nobody made it one on purpose."""
    ref = column
    while (found := trace.producer(ref.id)) is not None:
        call, output = found
        if call.op in LAYERS or call.op == "gather" or _is_weighted(call):
            return True
        if call.op in EXTREMES and call.params.get("keepdim") and call.params.get("dim") in (1, -1):
            ref = call.operands["input"]
            continue
        if call.op in BINARY and len(call.operands) == 2:
            return any(other.shape == ref.shape and _is_column(trace, other) for other in call.operands.values())
        contract = contract_of(call.op)
        if call.op not in CARRIED or contract is None:
            return False
        source = contract.source(call, output, 1)
        if source.relation == "part" and call.op == "index":
            return True  # `x[:, :1]`
        if source.relation != "same" or not source.axes:
            return False
        ref = call.operands[source.axes[0][0]]
        if ref.rank != 2:
            return False
    return False


def _is_one_channel(trace: Trace, maps: TensorRef, other: TensorRef) -> bool:
    """Return whether a layer's one channel (N, 1, places) meets (N, places): N maps are laid on each of N."""
    count, *places = other.shape or (1,)
    if other.parameter or count < 2 or not places or maps.shape != (count, 1, *places) or max(places) < 2:
        return False
    if any(ref.id == maps.id for ref, _ in _seen_from(trace, other)):
        return False  # maps that are compared with one another
    ref = maps
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        data = call.operands.get("input") or call.operands.get("left")
        if call.op in MAPS:
            return True
        if call.op not in CARRIED - {"index"} or len(call.operands) != 1 or data is None or data.shape != ref.shape:
            return False
        ref = data
    return False


def _is_weighted(call: OpCall) -> bool:
    """Return whether rows are multiplied with one column of weights: a layer by hand."""
    shapes = [ref.shape for ref in call.operands.values()]
    return call.op == "matmul" and len(shapes) == 2 and len(shapes[0]) == len(shapes[1]) == 2 and shapes[1][0] > 1


def _goes_by_rows(trace: Trace, call: OpCall, column: TensorRef, row: TensorRef) -> bool:
    """Return whether each number of a column was to meet the one of its row: a layer's, or one that labels go with."""
    is_picked = call.op in ("eq", "ne") and _is_pick(trace, column) and _is_given(trace, row)
    is_labelled = call.op in COMPARISONS and _is_data(trace, column) and _is_told(trace, row)
    shown = {ref.id for ref, _ in _seen_from(trace, column)}
    is_alone = all(ref.id not in shown for ref, _ in _seen_from(trace, row))  # else each with each is meant
    return (_is_column(trace, column) and is_alone) or is_picked or is_labelled


def _is_pick(trace: Trace, column: TensorRef) -> bool:
    """Return whether a column holds the place of each row's largest."""
    found = trace.producer(column.id)
    return found is not None and found[0].op == "argmax" and bool(found[0].params.get("keepdim"))


def _is_given(trace: Trace, row: TensorRef) -> bool:
    """Return whether a row is what came with the data: nothing was computed for it."""
    found = trace.producer(row.id)
    return found is None or not found[0].operands or found[0].op == "load-batch"


def _is_data(trace: Trace, column: TensorRef) -> bool:
    """Return whether a column is what the program was given as one: labels as a table of one column."""
    while (found := trace.producer(column.id)) is not None:
        call = found[0]
        if not call.operands or call.op in ("load-batch", "stack"):  # what each example was given as
            return True
        ref = call.operands.get("input") or call.operands.get("left")
        if call.op not in CARRIED or len(call.operands) != 1 or ref is None or ref.rank != 2:
            return False
        column = ref
    return not column.parameter


def _is_told(trace: Trace, row: TensorRef) -> bool:
    """Return whether a row is what a layer tells of each example: its one number, or the place of its largest."""
    axis = 0
    while (found := trace.producer(row.id)) is not None:
        call, output = found
        if call.op in LAYERS:
            return axis == 0 and row.rank == 2
        contract = contract_of(call.op)
        if call.op not in CARRIED | PICKS or contract is None:
            return False
        source = contract.source(call, output, axis)
        if source.relation not in ("same", "product") or not source.axes:
            return False
        role, axis = source.axes[0]
        row = call.operands[role]
    return False


def _first_row(call: OpCall) -> Iterator[Conflict]:
    """Yield an index that lies as a row where the tensor it picks from has its axis as a column."""
    data, index, dim = call.operands.get("input"), call.operands.get("index"), call.params.get("dim")
    if data is None or index is None or not isinstance(dim, int) or data.rank != 2 or index.rank != 2:
        return
    along = position(dim, 2)
    if index.shape[1 - along] == 1 and index.shape[along] == data.shape[1 - along] > 1:
        sides = AxisUse("input", 1 - along, data.shape[1 - along]), AxisUse("index", along, index.shape[along])
        yield Conflict("paired", call, *sides, facts={"fault": "row"})


# -- a tensor and itself -----------------------------------------------------------------------------------------------
def _is_itself(trace: Trace, uses: Uses, call: OpCall) -> bool:
    """Return whether both operands are one tensor lying alike: each meets itself where each was to meet each."""
    left, right = call.operands.values()
    if left.id == right.id or call.op not in COMPARISONS | {"add", "mul"}:
        return False
    if call.op in COMPARISONS and _are_places(trace, left, right):
        return True
    theirs = {ref.id for ref, _ in _seen_from(trace, right)}
    ours, turned = next(((ref, turned) for ref, turned in _seen_from(trace, left) if ref.id in theirs), (left, False))
    also = any(turned for ref, turned in _seen_from(trace, right) if ref.id == ours.id)
    if ours.id not in theirs or (call.op not in COMPARISONS and not (ours.rank == 1 and (turned or also))):
        return False
    axes = uses.lineage.of(ours)
    if 1 in ours.shape:
        return False  # which of the axes of 1 is the one that was put in, nothing tells
    if len(set(axes)) < len([own for own in axes if own]) or not any(axes):
        return False
    rank = max(left.rank, right.rank)
    return _padded(uses, left, rank) == _padded(uses, right, rank)


def _are_places(trace: Trace, left: TensorRef, right: TensorRef) -> bool:
    """Return whether both operands are the positions 0, 1, 2, ..., laid along the same axis of a table of pairs."""
    return 1 in left.shape and left.shape == right.shape and all(map(partial(_is_places, trace), (left, right)))


def _is_places(trace: Trace, ref: TensorRef) -> bool:
    for data, _ in _seen_from(trace, ref):
        found = trace.producer(data.id)
        if found is not None and found[0].op in ("add", "sub") and len(found[0].operands) == 1:
            return _is_places(trace, *found[0].operands.values())  # later ones by a number
        if found is not None and found[0].op == "arange":
            return data.shape[0] > 1
    return False


def _padded(uses: Uses, ref: TensorRef, rank: int) -> list[Axis]:
    return [()] * (rank - ref.rank) + list(uses.lineage.of(ref))


def _seen_from(trace: Trace, ref: TensorRef) -> Iterator[tuple[TensorRef, bool]]:
    """Yield the tensors that a view shows, and whether one axis was to be exchanged with itself on the way."""
    turned = False
    yield ref, turned
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        data = call.operands.get("input")
        is_inserted = call.op == "index" and len(call.operands) == 1 and _keeps_all(call.params.get("index"))
        if data is None or not (call.op in SAME_NUMBERS or is_inserted):
            return
        turned |= data.rank == 1 and call.op not in ("unsqueeze", "squeeze", "expand", "index")
        ref = data
        yield ref, turned


def _keeps_all(index: object) -> bool:
    parts = cast("tuple[object, ...]", index) if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or part == slice(None) for part in parts)


# -- a statistic of rows, laid along columns ---------------------------------------------------------------------------
def _misaligned(trace: Trace, uses: Uses, data: TensorRef, row: TensorRef) -> tuple[int, int] | None:
    """Return an axis of data and the axis of a statistic of it that is laid along it and belongs to another."""
    if row.rank != data.rank - 1 or row.rank < 1 or max(row.shape) == 1:
        return None
    found = _statistic(trace, row)
    if found is None:
        return None
    whole, over = found.operands["input"], numbers(found.params.get("dim"))
    if whole.shape != data.shape or len(over) != 1 or found.params.get("keepdim"):
        return None
    if uses.lineage.of(whole) != uses.lineage.of(data) or _is_laid_right_too(trace, uses, found, data):
        return None
    left = [axis for axis in range(whole.rank) if axis != position(over[0], whole.rank)]
    return next(((axis + 1, axis) for axis, own in enumerate(left) if own != axis + 1 and row.shape[axis] > 1), None)


def _statistic(trace: Trace, row: TensorRef) -> OpCall | None:
    """Return the reduction that gives one number a row; None where anything else has been made of it."""
    while (found := trace.producer(row.id)) is not None:
        call, output = found
        if call.op in STATISTICS and output == 0 and "input" in call.operands:
            return call
        ref = call.operands.get("input") or call.operands.get("left")
        if call.op not in ROW_BY_ROW or len(call.operands) != 1 or ref is None:
            return None
        row = ref
    return None


def _is_laid_right_too(trace: Trace, uses: Uses, statistic: OpCall, data: TensorRef) -> bool:
    """Return whether the numbers also meet the rows they are of: `d[:, None] * a * d` has them on both sides."""
    through = ROW_BY_ROW | {"unsqueeze", "index", "reshape"}
    return any(
        met.call.op in BINARY and met.call.operands[met.role].rank == data.rank
        for met in uses.followed(statistic.outputs[0], through)
        if met.call.outputs and met.call.outputs[0].shape == data.shape
    )
