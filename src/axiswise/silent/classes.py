"""What a loss over classes takes for them: the axis, and the class that stands for padding.

Source: torch's documentation of `cross_entropy` and `nll_loss`: classes in axis 1, targets as numbers or as one row of
chances for each place, and `ignore_index` for numbers that do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.silent.following import Uses, handed
from axiswise.silent.masks import PASSING, TURNING

LOSSES = frozenset({"cross_entropy", "nll_loss"})
KEPT = frozenset(
    "index reshape flatten to long clone contiguous transpose permute squeeze narrow select detach".split()
)
"""What targets go through and stay the same numbers."""


def misclassed(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield losses that read classes from another axis than holds them, or count padding as a class.

    Kinds and facts: `class-axis` (`classes`: the axis that holds them), `padding-class` (`padding`, `ignored`, `made`:
    the call that says what padding is).
    """
    losses = [call for call in trace.calls if call.op in LOSSES and call.spelled.startswith("torch.")]
    padding = _with_padding(trace, uses) if losses else {}
    for call in losses:
        ours, theirs = call.operands.get("input"), call.operands.get("target")
        if ours is None or theirs is None or call.saved:
            continue
        axis = _classes(trace, ours, theirs)
        if axis is not None:
            yield Conflict("class-axis", call, AxisUse("input", 1, ours.shape[1]), facts={"classes": axis})
        elif not theirs.dtype.startswith("float") and call.params.get("reduction") != "none":
            yield from _padded(trace, call, theirs, padding)


def _classes(trace: Trace, ours: TensorRef, theirs: TensorRef) -> int | None:
    """Return the axis that holds the classes where the loss takes axis 1 for them; None where it is right or unknown.

    A layer's last axis may be steps as well: it counts where targets are one-hot along it, or would fit both ways.
    """
    if ours.rank < 3:
        return None
    if theirs.shape == ours.shape:
        holds = _axis_from(trace, theirs, "one_hot")
    else:
        holds = _axis_from(trace, ours, "linear") if ours.shape[:-1] == theirs.shape else None
    return holds if holds not in (None, 1) else None


def _axis_from(trace: Trace, ref: TensorRef, op: str) -> int | None:
    """Return the axis of a tensor that is the last of what an operation gave, or None."""
    for axis in range(ref.rank):
        for maker, at in handed(trace, ref, axis):
            if maker.op == op and at == maker.outputs[0].rank - 1:
                return axis
    return None


def _padded(trace: Trace, call: OpCall, targets: TensorRef, padding: Mapping[int, OpCall]) -> Iterator[Conflict]:
    ignored = call.params.get("ignore_index")
    for ref in _kept(trace, targets):
        made = trace.producer(ref.id)
        says = made[0] if made is not None and made[0].op == "pad_sequence" else padding.get(ref.id)
        if says is not None:
            number = next((says.params[name] for name in SAYING if name in says.params), None)
            if isinstance(number, (int, float)) and number != ignored:
                facts = {"padding": int(number), "ignored": ignored, "made": says}
                yield Conflict("padding-class", call, AxisUse("target", -1, 0), facts=facts)
            return


SAYING = ("padding_value", "padding_idx", "right")
"""What a call names the number of padding."""


def _with_padding(trace: Trace, uses: Uses) -> dict[int, OpCall]:
    """Return the tensors, or what they are a part of, by the call that says what padding is in them.

    An embedding with a row for padding, or a comparison that masks the padding of attention.
    """
    tables = [
        call for call in trace.calls if call.op == "embedding" and isinstance(call.params.get("padding_idx"), int)
    ]
    found = {ref.id: table for table in tables for ref in _kept(trace, table.operands["input"])}
    for call in trace.calls:
        if call.op in ("eq", "ne") and "left" in call.operands and isinstance(call.params.get("right"), int):
            if any(met.role.endswith("padding_mask") for met in uses.followed(call.outputs[0], PASSING | TURNING)):
                found |= {ref.id: call for ref in _kept(trace, call.operands["left"]) if ref.id not in found}
    return found


def _kept(trace: Trace, ref: TensorRef) -> Iterator[TensorRef]:
    """Yield a tensor and those that it is the same numbers as, or a part of."""
    while True:
        yield ref
        found = trace.producer(ref.id)
        if found is None:
            return
        call, output = found
        data = call.operands.get(f"tensors.{output}") if call.op == "load-batch" else None
        if call.op in KEPT and len(call.operands) == 1:  # what is picked by a mask may leave the padding out
            data = call.operands.get("input")
        if data is None:
            return
        ref = data
