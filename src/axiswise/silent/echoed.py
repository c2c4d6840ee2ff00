"""What is to be predicted is what was given, at the very same step, where later steps are hidden: it can be copied."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import Conflict, OpCall, TensorRef, Trace
from axiswise.silent.attending import is_written
from axiswise.silent.factors import Factor
from axiswise.silent.following import Uses
from axiswise.silent.layouts import RECURRENT
from axiswise.silent.normalized import are_scores
from axiswise.silent.shifted import KEPT, SELF

READING = frozenset({"embedding", "one_hot"})
"""What whole numbers are read by."""
STEP_BY_STEP = frozenset(
    "add mul div linear layer_norm rms_norm dropout relu gelu silu tanh sigmoid log_softmax transpose permute "
    "contiguous reshape flatten to float cat clone unsqueeze squeeze index rnn lstm gru transformer_encoder "
    "transformer_encoder_layer transformer_decoder transformer_decoder_layer transformer".split()
)
"""What gives each step something of that step, where the axis of the steps is kept."""
LEADING = {"transformer": "tgt", "transformer_decoder": "tgt", "transformer_decoder_layer": "tgt"}
"""Layers of several sequences, and the one whose steps they give."""
DRAWN = frozenset({"rand", "randn", "rand_like", "randn_like", "normal", "bernoulli"})
CHOOSING = frozenset({"argmin", "argmax", "cdist", "multinomial", "topk", "round", "gumbel_softmax"})
"""What leaves little of a state: behind it, to restore what was given is work."""


def echoed(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield losses over classes whose targets are what a causal model reads at that step; facts: `given`, the reading.

    Nothing is said where what was read is written over, drawn numbers meet it, or it has to pass through less.
    """
    readings = [call for call in trace.calls if call.op in READING and call.operands["input"].rank == 2]
    for loss in trace.calls if readings else ():
        theirs = loss.operands.get("target")
        if loss.op not in ("cross_entropy", "nll_loss") or theirs is None or theirs.dtype.startswith("float"):
            continue
        asked, before = _stretch(trace, uses, theirs), uses.before(loss)
        if asked is None or any(trace.calls[index].op in CHOOSING for index in before):
            continue
        for given in readings:
            if given.index in before and asked == _stretch(trace, uses, given.operands["input"]):
                steps = set(uses.lineage.of(given.outputs[0])[1])
                causal = any(_is_causal(trace, uses, trace.calls[index], steps) for index in before)
                if steps and causal and _is_handed_on(trace, uses, given, loss, steps):
                    yield Conflict("visible-target", loss, facts={"given": given})
                    break


def _stretch(trace: Trace, uses: Uses, ref: TensorRef) -> tuple[object, ...] | None:
    """Return the tensor whose numbers these are, and what was cut of it; None where any of it is written into."""
    cuts: list[object] = []
    while not is_written(uses, ref):
        found = trace.producer(ref.id)
        data = found[0].operands.get("input") if found is not None else None
        is_cut = found is not None and found[0].op == "index" and len(found[0].operands) == 1
        if found is None or data is None or not (is_cut or found[0].op in KEPT):
            return ref.id, *cuts
        if is_cut:
            cuts.append(repr(found[0].params.get("index")))
        ref = data
    return None


def _is_causal(trace: Trace, uses: Uses, call: OpCall, steps: set[Factor]) -> bool:
    """Return whether a call lets each step see itself and those before it alone."""
    lineage = uses.lineage
    if call.op in RECURRENT:
        axes = lineage.of(call.operands["input"])
        is_forward = not call.params.get("bidirectional") and not call.params.get("packed")
        return is_forward and len(axes) == 3 and set(axes[int(bool(call.params.get("batch_first")))]) == steps
    if call.op in SELF:
        _, keys, mask, setting = SELF[call.op]
        ref = call.operands.get(keys)
        is_over = ref is not None and any(set(own) == steps for own in lineage.of(ref))
        is_hidden = bool(call.params.get(setting)) or (mask in call.operands and _is_triangular(trace, uses, call))
        return is_over and is_hidden
    if call.op == "softmax" and are_scores(trace, call):
        axes = lineage.of(call.operands["input"])
        return len(axes) > 2 and set(axes[-1]) == set(axes[-2]) == steps and _is_triangular(trace, uses, call)
    return False


def _is_triangular(trace: Trace, uses: Uses, call: OpCall) -> bool:
    return any(trace.calls[index].op in ("tril", "triu") for index in uses.before(call))


def _is_handed_on(trace: Trace, uses: Uses, given: OpCall, loss: OpCall, steps: set[Factor]) -> bool:
    """Return whether a loss's predictions hold, at each step, something of what was read at that very step."""
    waiting, seen = [given.outputs[0]], set[int]()
    while waiting:
        for call, role in uses.of(waiting.pop().id):
            if call is loss and role == "input":
                return True
            if call.index in seen or call.op not in STEP_BY_STEP or role != LEADING.get(call.op, role):
                continue
            seen.add(call.index)
            made = call.outputs[:1]
            is_kept = any(steps <= {factor for own in uses.lineage.of(ref) for factor in own} for ref in made)
            others = [ref for each, ref in call.operands.items() if each != role and not ref.parameter]
            if (
                is_kept
                and not _is_narrowed(uses, call, given, loss)
                and not any(_is_drawn(trace, ref) for ref in others)
            ):
                waiting += made
    return False


def _is_narrowed(uses: Uses, call: OpCall, given: OpCall, loss: OpCall) -> bool:
    """Return whether a layer gives fewer features than were read, and is not the one whose scores a loss takes."""
    if call.op != "linear" or call.outputs[0].shape[-1] >= given.outputs[0].shape[-1]:
        return False
    through = frozenset("reshape flatten transpose permute contiguous log_softmax float to".split())
    return not any(met.call is loss for met in uses.followed(call.outputs[0], through))


def _is_drawn(trace: Trace, ref: TensorRef) -> bool:
    """Return whether numbers were drawn, or a mask by them."""
    while (found := trace.producer(ref.id)) is not None:
        if found[0].op in DRAWN:
            return True
        if len(found[0].operands) != 1:
            return False
        ref = next(iter(found[0].operands.values()))
    return False
