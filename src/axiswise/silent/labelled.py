"""Probabilities that meet labels written as a 1 among zeros: the axis that these stand along is that of the classes."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.axes import numbers, position
from axiswise.silent.classes import KEPT
from axiswise.silent.following import Uses, handed

ALIKE = frozenset("transpose permute contiguous to float double half clamp clone movedim detach".split())
"""What probabilities go through and stay those of the same things."""
GIVEN = frozenset({"randint", "tensor", "as_tensor", "from_numpy", "from-array", "load-batch", "next-batch", "arange"})


def labelled(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield softmaxes along another axis than that of the labels that they are compared with.

    Where labels are taken off, that is all it takes; where they only pick, the axis of the softmax has to be summed by
    itself too: that sum is 1 everywhere, and nobody asks for it. Facts: as those of `misplaced`.
    """
    for call in trace.calls:
        data, dim = call.operands.get("input"), call.params.get("dim")
        if call.op != "softmax" or data is None or not isinstance(dim, int) or not call.outputs:
            continue
        along, met = position(dim, data.rank), list(uses.followed(call.outputs[0], ALIKE))
        sums = (each for each in met if each.call.op == "sum")
        is_summed = any(along in (each.axes.get(axis) for axis in _over(each.call)) for each in sums)
        for each in met:
            others = [ref for role, ref in each.call.operands.items() if role != each.role]
            if each.call.op != "sub" and not (each.call.op == "mul" and is_summed):
                continue
            shape = each.call.operands[each.role].shape
            axis = _classes(trace, others[0]) if len(others) == 1 and others[0].shape == shape else None
            used = each.axes.get(axis) if axis is not None else None
            if used is not None and used != along and data.shape[used] > 1:
                facts = {"fault": "classes", "used": used, "by": each.call}
                yield Conflict("softmax-axis", call, AxisUse("input", along, data.shape[along]), facts=facts)
                break


def _over(call: OpCall) -> tuple[int, ...]:
    return tuple(position(axis, call.operands["input"].rank) for axis in numbers(call.params.get("dim")))


def _classes(trace: Trace, ref: TensorRef) -> int | None:
    """Return the axis along which labels that the program was given stand as a 1 among zeros; None where none are."""
    for axis in range(ref.rank):
        for maker, at in handed(trace, ref, axis):
            is_hot = maker.op == "one_hot" and at == maker.outputs[0].rank - 1
            if (is_hot and _are_given(trace, maker.operands["input"])) or _is_written(trace, maker, at):
                return axis
    return None


def _is_written(trace: Trace, call: OpCall, axis: int) -> bool:
    """Return whether a 1 is written along an axis into zeros, at places that are labels."""
    data, index, dim = call.operands.get("input"), call.operands.get("index"), call.params.get("dim")
    if call.op != "scatter" or data is None or index is None or call.params.get("source") != 1:
        return False
    made = trace.producer(data.id)
    is_empty = made is not None and made[0].op in ("zeros", "zeros_like", "new_zeros")
    return is_empty and isinstance(dim, int) and position(dim, data.rank) == axis and _are_given(trace, index)


def _are_given(trace: Trace, ref: TensorRef) -> bool:
    """Return whether numbers came with the data, and were not computed: the places of the largest are no labels."""
    while (found := trace.producer(ref.id)) is not None:
        data = found[0].operands.get("input")
        if found[0].op in GIVEN:
            return True
        if found[0].op not in KEPT | {"unsqueeze"} or data is None:
            return False
        ref = data
    return True
