"""What is to be predicted is what was given, one step on: then nothing on the way may look at later steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace
from axiswise.ops.loss import CONTRACTS as LOSSES
from axiswise.silent.attending import is_softmax_open
from axiswise.silent.factors import Axis, Factor
from axiswise.silent.following import Uses
from axiswise.silent.layouts import RECURRENT

KEPT = frozenset("reshape flatten to long float contiguous clone detach squeeze transpose permute".split())
"""What numbers go through and stay in their order."""
SELF = {
    "multihead_attention": ("query", "key", "attn_mask", "is_causal"),
    "transformer_encoder_layer": ("src", "src", "src_mask", "is_causal"),
    "transformer_encoder": ("src", "src", "src_mask", "is_causal"),
    "transformer_decoder_layer": ("tgt", "tgt", "tgt_mask", "tgt_is_causal"),
    "transformer_decoder": ("tgt", "tgt", "tgt_mask", "tgt_is_causal"),
    "transformer": ("tgt", "tgt", "tgt_mask", "tgt_is_causal"),
    "sdpa": ("query", "key", "attn_mask", "is_causal"),
}
"""Layers in which steps look at one another: their queries, their keys, the mask, and the setting in its place."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A loss whose targets are given one step earlier.

    Attributes:
        loss: The loss.
        source: The tensor that both are taken from.
        steps: What the axis of the steps is made of, as it was given.
    """

    loss: OpCall
    source: TensorRef
    steps: frozenset[Axis]


@dataclass(frozen=True, slots=True)
class Windows:
    """Stretches of one tensor, a single one or several stacked.

    Attributes:
        ref: What they are in.
        axis: The axis of it that they lie along.
        source: The tensor they are of.
        stretches: Where each begins and ends there.
    """

    ref: TensorRef
    axis: int
    source: int
    stretches: tuple[tuple[int, int], ...]

    def is_before(self, other: Windows) -> bool:
        """Return whether each is one step before another's."""
        later = tuple((first + 1, last + 1) for first, last in self.stretches)
        return (self.source, self.axis, later) == (other.source, other.axis, other.stretches)


def foreseen(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield what looks at later steps on the way to a loss whose targets are the inputs moved by one step.

    Facts: `loss`, `steps` (the axis), and `mask` (the name of what is missing; empty where it is written by hand).
    """
    taught = [each for call in trace.calls for each in taught_by(trace, uses, call)]
    for call in trace.calls if taught else ():
        for role, axis, mask in among_steps(trace, uses, call):
            ref = call.operands[role]
            own = uses.lineage.of(ref)[axis]
            asked = (each for each in taught if own in each.steps and call.index in uses.before(each.loss))
            found = next(asked, None)
            if found is not None:
                facts = {"loss": found.loss, "steps": axis, "mask": mask}
                yield Conflict("visible-target", call, AxisUse(role, axis, ref.shape[axis]), facts=facts)


def taught_by(trace: Trace, uses: Uses, call: OpCall) -> Iterator[Taught]:
    """Yield what a loss says of its targets: that they are a tensor from its second step on, which was given too."""
    ours, theirs = call.operands.get("input"), call.operands.get("target")
    if call.op not in LOSSES or ours is None or theirs is None:
        return
    for made in _made(trace, theirs):
        asked = _windows(trace, made)
        if asked is None:
            continue
        axis, data = _cut(made, slice(1, None)), made.operands.get("input", asked.ref)
        given = {uses.lineage.of(each.ref)[each.axis] for each in _taken(trace, uses, asked) if each.is_before(asked)}
        shown = [each for each in _made(trace, ours) if each.op == "index"]
        if axis is not None and shown and _cut(shown[0], slice(-1)) is not None:
            given.add(uses.lineage.of(data)[axis])  # all of it was given, and the last prediction is left out
            ours = shown[0].operands["input"]
        factors = {factor for own in uses.lineage.of(ours) for factor in own}
        steps = frozenset(own for own in given if own and set(own) <= factors)
        if steps:
            yield Taught(call, data, steps)
        return


def _made(trace: Trace, ref: TensorRef) -> Iterator[OpCall]:
    """Yield the calls that a tensor was handed through in its order, the nearest first, and the one that cut it."""
    while (found := trace.producer(ref.id)) is not None:
        yield found[0]
        data = found[0].operands.get("input")
        if found[0].op not in KEPT or data is None:
            return
        ref = data


def _windows(trace: Trace, call: OpCall) -> Windows | None:
    """Return what a call takes of a tensor, or stacks of it; None where it does anything else."""
    if call.op == "stack" and call.params.get("dim", 0) == 0 and call.outputs:
        made = [trace.producer(ref.id) for ref in call.operands.values()]
        parts = [_windows(trace, each[0]) if each is not None else None for each in made]
        whole = [each for each in parts if each is not None]
        if whole and len(whole) == len(parts) and len({(each.source, each.axis) for each in whole}) == 1:
            stretches = tuple(stretch for each in whole for stretch in each.stretches)
            return Windows(call.outputs[0], whole[0].axis + 1, whole[0].source, stretches)
    axis, data = _cut(call), call.operands.get("input")
    if axis is None or data is None or not call.outputs:
        return None
    index: Any = call.params["index"]
    part = cast("slice[Any, Any, Any]", index[axis] if isinstance(index, tuple) else index)
    first, last, step = part.indices(data.shape[axis])
    return Windows(call.outputs[0], axis, data.id, ((first, last),)) if step == 1 else None


def _taken(trace: Trace, uses: Uses, like: Windows) -> Iterator[Windows]:
    """Yield the windows of a tensor, and the stacks of them."""
    parts = [call for call, _ in uses.of(like.source)]
    stacks = [call for part in parts for output in part.outputs for call, _ in uses.of(output.id) if call.op == "stack"]
    for call in {each.index: each for each in (*parts, *stacks)}.values():
        found = _windows(trace, call)
        if found is not None:
            yield found


def _cut(call: OpCall, part: slice | None = None) -> int | None:
    """Return the one axis of which an index takes a part, this one if any; None where it takes another, or more."""
    index = call.params.get("index")
    parts = cast("tuple[object, ...]", index) if isinstance(index, tuple) else (index,)
    if call.op != "index" or len(call.operands) != 1 or not all(isinstance(each, slice) for each in parts):
        return None
    taken = [axis for axis, each in enumerate(parts) if each != slice(None)]
    return taken[0] if len(taken) == 1 and part in (None, parts[taken[0]]) else None


def among_steps(trace: Trace, uses: Uses, call: OpCall) -> Iterator[tuple[str, int, str]]:
    """Yield where the steps of one sequence look at later ones: the operand, its steps, and the missing mask's name."""
    return (each for each in _unmasked(trace, uses, call) if _is_both(uses, call, each[0], each[1]))


def _unmasked(trace: Trace, uses: Uses, call: OpCall) -> Iterator[tuple[str, int, str]]:
    """Yield the keys that a call looks at without any mask of pairs: the operand, its steps, and the mask's name."""
    if call.op in SELF:
        _, keys, mask, setting = SELF[call.op]
        ref = call.operands.get(keys)
        if ref is not None and ref.rank >= 3 and mask not in call.operands and not call.params.get(setting):
            yield keys, ref.rank - 2 if call.op == "sdpa" else int(bool(call.params.get("batch_first"))), mask
    elif call.op in RECURRENT and call.params.get("bidirectional") and not call.params.get("packed"):
        if call.operands["input"].rank == 3:
            yield "input", int(bool(call.params.get("batch_first"))), ""
    elif call.op == "conv1d" and call.operands["input"].rank == 3 and _is_centred(trace, uses, call):
        yield "input", 2, ""
    elif call.op == "softmax" and call.outputs and call.operands["input"].rank >= 3:
        data = call.operands["input"]
        if call.params.get("dim") in (-1, data.rank - 1) and is_softmax_open(trace, uses, call):
            yield "input", data.rank - 1, ""


def _is_centred(trace: Trace, uses: Uses, call: OpCall) -> bool:
    """Return whether a convolution of steps looks ahead: it is padded on both sides, and no tap of it is put out."""
    weight = call.operands.get("weight")
    made = trace.producer(weight.id) if weight is not None else None
    if weight is None or made is None or made[0].op != "fill" or weight.shape[-1] < 2 or not call.outputs:
        return False
    is_alone = all(each.op == "conv1d" for each, _ in uses.of(weight.id))
    return is_alone and call.outputs[0].shape[-1] == call.operands["input"].shape[-1]


def _is_both(uses: Uses, call: OpCall, role: str, axis: int) -> bool:
    """Return whether queries and keys are the steps of one sequence."""
    if call.op == "softmax":
        axes = uses.lineage.of(call.operands["input"])
        return axes[-1] == axes[-2]
    queries = call.operands.get(SELF[call.op][0]) if call.op in SELF else call.operands[role]
    own: tuple[Factor, ...] = uses.lineage.of(call.operands[role])[axis]
    return queries is not None and uses.lineage.of(queries)[axis] == own
