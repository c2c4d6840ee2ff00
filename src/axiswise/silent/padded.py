"""Steps of padding that are read as if they were steps of the sequences: the last one, and those of a mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.silent.following import Uses
from axiswise.silent.layouts import RECURRENT
from axiswise.silent.masks import COMPARISONS, PASSING, TURNING, means_valid
from axiswise.silent.reductions import over

KEPT = frozenset("dropout layer_norm relu tanh gelu contiguous clone to float".split())
"""What steps go through one by one."""
SCALING = frozenset({"mul", "div", "true_divide"})


def padded(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield calls that read padding; facts: `fault`, `by`, `role`.

    Faults: `last` (the last step of what was unpacked, `by` what unpacked it, which is padding of all but the longest),
    `mean` (a mean of steps, of which `by` has put padding to 0 with the mask that is its `role`: they are counted).
    """
    for call in trace.calls:
        if call.op == "index" and len(call.operands) == 1:
            unpacked = _unpacked(trace, call.operands["input"])
            if unpacked is not None and _takes_last(call, unpacked[1]):
                use = AxisUse("input", unpacked[1], call.operands["input"].shape[unpacked[1]])
                yield Conflict("padded-steps", call, use, facts={"fault": "last", "by": unpacked[0]})
        elif call.op == "mean" and len(over(call)) == 1 and call.outputs and call.operands["input"].rank > 2:
            masked = _masked(trace, uses, call)
            if masked is not None:
                by, role, compares = masked
                if not _is_weighed_anew(trace, uses, call, compares):
                    axis = over(call)[0]
                    use = AxisUse("input", axis, call.operands["input"].shape[axis])
                    yield Conflict("padded-steps", call, use, facts={"fault": "mean", "by": by, "role": role})


def _unpacked(trace: Trace, ref: TensorRef) -> tuple[OpCall, int] | None:
    """Return the call that gave the steps of a packed sequence a length again, and the axis they lie along."""
    axis = 0
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        data = call.operands.get("input")
        if data is None:
            return None
        if call.op == "unflatten":
            made = trace.producer(data.id)
            is_packed = made is not None and made[0].op in RECURRENT and bool(made[0].params.get("packed"))
            return (call, axis) if is_packed and made is not None and made[1] == 0 else None
        if call.op == "transpose" and {call.params.get("dim0"), call.params.get("dim1")} == {0, 1}:
            axis = 1 - axis
        elif call.op not in KEPT:
            return None
        ref = data
    return None


def _takes_last(call: OpCall, axis: int) -> bool:
    """Return whether an index takes the last of an axis, and all of those before it."""
    index = call.params.get("index")
    parts = cast("tuple[object, ...]", index) if isinstance(index, tuple) else (index,)
    return len(parts) > axis and parts[axis] == -1 and all(each == slice(None) for each in parts[:axis])


def _masked(trace: Trace, uses: Uses, mean: OpCall) -> tuple[OpCall, str, OpCall] | None:
    """Return the product that puts padding to 0 before a mean of the steps, the mask's role, and what made the mask."""
    ref, along = mean.operands["input"], over(mean)[0]
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        if call.op == "mul" and len(call.operands) == 2:
            for role, mask in call.operands.items():
                lead = ref.rank - mask.rank
                is_along = along >= lead and mask.shape[along - lead] == ref.shape[along] > 1 == mask.shape[-1]
                compares = _comparison(trace, mask) if is_along else None
                if compares is not None and means_valid(trace, uses, compares) is not None:
                    return call, role, compares
        if call.op not in KEPT or "input" not in call.operands:
            return None
        ref = call.operands["input"]
    return None


def _comparison(trace: Trace, mask: TensorRef) -> OpCall | None:
    while (found := trace.producer(mask.id)) is not None:
        call = found[0]
        if call.op in COMPARISONS:
            return call
        if call.op not in PASSING | TURNING or "input" not in call.operands:
            return None
        mask = call.operands["input"]
    return None


def _is_weighed_anew(trace: Trace, uses: Uses, mean: OpCall, compares: OpCall) -> bool:
    """Return whether a mean is multiplied with, or divided by, something that is read off the mask."""
    return any(
        role != met.role and (made := trace.producer(other.id)) is not None and compares.index in uses.before(made[0])
        for met in uses.followed(mean.outputs[0], SCALING)
        if met.call.op in SCALING
        for role, other in met.call.operands.items()
    )
