"""Attention by hand: a mask, dropout or a scale in the wrong place between scores, softmax and values."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose, sqrt

from axiswise.facts import AxisUse, Conflict, OpCall, Span, TensorRef, Trace
from axiswise.ops.loss import CONTRACTS as LOSSES
from axiswise.origin import origin_of
from axiswise.silent.following import Uses
from axiswise.silent.masks import HIDING
from axiswise.silent.normalized import KEEPING, SCORES, are_scores
from axiswise.silent.reducing import PRODUCTS, reduced

VIEWS = frozenset("index reshape transpose permute select narrow unsqueeze squeeze expand matrix-transpose".split())
MOVING = VIEWS | {"chunk", "split", "unbind", "contiguous", "movedim", "flatten", "unflatten", "rearrange"}
"""What queries and keys go through and stay as long as they are."""
HIDING_WEIGHTS = frozenset({"masked_fill", "where", "tril", "triu", "index_put", "masked_scatter"})


def disordered(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield masks behind a softmax, dropout before it, and scales of another width; facts: `fault`, `at`, `whole`."""
    learning: set[Span | None] | None = None
    for call in trace.calls:
        if call.op != "softmax" or not call.outputs or not are_scores(trace, call):
            continue
        yield from _masked_late(uses, call, is_masked=is_masked(trace, uses, call))
        for found in _before(trace, call):
            if found.facts["fault"] == "unscaled":
                learning = _learning_their_scale(trace) if learning is None else learning
            if found.facts["fault"] != "unscaled" or found.call.site not in (learning or ()):
                yield found


_SELF = {"input": ("attn_mask", "key_padding_mask", "src_mask", "src_key_padding_mask", "is_causal")}
_DECODER = {
    "memory": ("memory_mask", "memory_key_padding_mask", "memory_is_causal"),
    "tgt": ("tgt_mask", "tgt_key_padding_mask", "tgt_is_causal"),
}
LAYERS = {
    **dict.fromkeys(("sdpa", "multihead_attention", "transformer_encoder", "transformer_encoder_layer"), _SELF),
    **dict.fromkeys(("transformer_decoder", "transformer_decoder_layer"), _DECODER),
    "transformer": {**_DECODER, "input": ("src_mask", "src_key_padding_mask", "src_is_causal")},
}
"""Attention of torch's own: of what it may hide some, and what hides it."""


def unmasked(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield attention that hides nothing of something; whether it was to be hidden, the program's text says.

    Facts: `open`, of what nothing is hidden: `memory`, `tgt`, or the `input`.
    """
    for call in trace.calls:
        if call.op in LAYERS and call.outputs:
            given = {name for name in (*call.operands, *call.params) if name in call.operands or call.params[name]}
            is_open = tuple(what for what, hiding in LAYERS[call.op].items() if given.isdisjoint(hiding))
        else:
            is_open = ("input",) if is_softmax_open(trace, uses, call) else ()
        if is_open:
            yield Conflict("unread-mask", call, facts={"open": is_open})


def is_softmax_open(trace: Trace, uses: Uses, call: OpCall) -> bool:
    """Return whether a softmax makes weights of scores of which nothing is hidden, before it or behind it."""
    if call.op != "softmax" or not call.outputs or not are_scores(trace, call) or is_masked(trace, uses, call):
        return False
    further = (met.call for met in uses.followed(call.outputs[0], KEEPING | {"reshape"}))
    return not any(each.op in HIDING_WEIGHTS or (each.op == "mul" and len(each.operands) > 1) for each in further)


def _masked_late(uses: Uses, softmax: OpCall, *, is_masked: bool) -> Iterator[Conflict]:
    """Yield what hides weights by a number that only means something to scores, or by 0, without making them up."""
    for met in uses.followed(softmax.outputs[0], KEEPING - {"add"}):
        value = met.call.params.get("value") if met.call.op == "masked_fill" else None
        if isinstance(value, (int, float)) and value <= HIDING and met.role == "input":
            yield Conflict("attention-order", met.call, AxisUse("input", -1, 0), facts={"fault": "mask", "at": softmax})
        elif value == 0 and met.role == "input" and not is_masked and _is_left_so(uses, met.call):
            yield Conflict("attention-order", met.call, AxisUse("input", -1, 0), facts={"fault": "zero", "at": softmax})
        elif met.call.op == "add" and any(f"{role}_values" in met.call.params for role in met.call.operands):
            yield Conflict(
                "attention-order", met.call, AxisUse(met.role, -1, 0), facts={"fault": "mask", "at": softmax}
            )


def is_masked(trace: Trace, uses: Uses, softmax: OpCall) -> bool:
    """Return whether scores were masked before their softmax: what is hidden then has no share of the weights."""
    ref = softmax.operands["input"]
    while (found := trace.producer(ref.id)) is not None and found[0].op in SCORES:
        call = found[0]
        if call.op in ("masked_fill", "where", "maximum") or (call.op == "add" and len(call.operands) > 1):
            return True
        if is_written(uses, ref):
            return True
        ref = call.operands.get("input") or next(iter(call.operands.values()))
    is_added = found is not None and found[0].op == "baddbmm" and found[0].params.get("beta") != 0
    return is_added or is_written(uses, ref)


def is_written(uses: Uses, ref: TensorRef) -> bool:
    """Return whether something is written into a tensor, or into a part of it."""
    return any(
        met.role == "input" and (met.call.op == "index-assign" or bool(met.call.params.get("inplace")))
        for met in uses.followed(ref, VIEWS)
    )


def _is_left_so(uses: Uses, masked: OpCall) -> bool:
    """Return whether keys are hidden, no whole queries, and the weights are not made to add up to 1 again."""
    mask = masked.operands.get("mask")
    rows = mask is None or not mask.rank or mask.shape[-1] == 1
    further = uses.followed(masked.outputs[0], KEEPING) if masked.outputs else ()
    return not rows and not any(met.call.op in ("div", "true_divide") for met in further)


def _before(trace: Trace, softmax: OpCall) -> Iterator[Conflict]:
    """Yield dropout of scores, and a scale by the whole width in the place of one head's."""
    scale, is_scaled, length = 1.0, False, 0
    for call in _way_of_scores(trace, softmax):
        if call.op in PRODUCTS:
            yield from _scaled(call, scale)
            if length and (width := _summed_over(call)) and length not in width:
                facts = {"fault": "length", "width": next(iter(width), 0), "whole": length}
                yield Conflict("attention-order", call, facts=facts)
            if (
                not is_scaled
                and _is_plain(trace, call)
                and any(each.op in LOSSES for each in trace.calls[call.index :])
            ):
                width = next(iter(call.operands.values())).shape[-1]
                yield Conflict("attention-order", call, facts={"fault": "unscaled", "width": width})
        if call.op == "dropout":
            yield Conflict("attention-order", call, AxisUse("input", -1, 0), facts={"fault": "dropout", "at": softmax})
        is_scaled |= call.op in ("div", "true_divide", "mul", "clamp", "tanh")
        if call.op in ("div", "mul"):
            number = call.params.get("right", call.params.get("left"))
            if isinstance(number, (int, float)) and number:
                scale *= float(number) if call.op == "div" else 1.0 / float(number)
                length = _length_in(trace, number) or length


def _length_in(trace: Trace, number: float) -> int:
    """Return the size of an axis that is not the last of its tensor, where a scale is its root; else 0."""
    origin = origin_of(number)
    for leaf in origin.axes()[:1] if origin is not None else ():
        found = trace.producer(leaf.tensor)
        is_root = any(isclose(each, leaf.value, rel_tol=1e-3) for each in (number**2, number**-2))
        if found is not None and is_root and leaf.axis < found[0].outputs[found[1]].rank - 1:
            return int(leaf.value)
    return 0


def _summed_over(product: OpCall) -> set[int]:
    """Return the size of the axis that a product sums over; nothing where that is not known."""
    left = product.operands.get("left")
    if product.op != "einsum":
        return {left.shape[-1]} if left is not None and left.rank else set()
    return {ref.shape[axis] for role, ref in product.operands.items() for axis in reduced(product, role)}


def _way_of_scores(trace: Trace, softmax: OpCall) -> Iterator[OpCall]:
    """Yield what scores went through, from their softmax back to their product."""
    ref = softmax.operands["input"]
    while (found := trace.producer(ref.id)) is not None:
        yield found[0]
        data = found[0].operands.get("input") or found[0].operands.get("left")
        if found[0].op in PRODUCTS or found[0].op not in SCORES or data is None:
            return
        ref = data


def _learning_their_scale(trace: Trace) -> set[Span | None]:
    """Return where the products stand of which some have a bias that is looked up: T5's heads (arXiv:1910.10683)."""
    ways = [[*_way_of_scores(trace, call)] for call in trace.calls if call.op == "softmax"]
    return {
        way[-1].site for way in ways if way[-1:] and way[-1].op in PRODUCTS and any(_is_biased(trace, e) for e in way)
    }


def _is_biased(trace: Trace, call: OpCall) -> bool:
    """Return whether a call adds something that was looked up in a table."""
    waiting = [*call.operands.values()] if call.op == "add" else []
    while waiting:
        found = trace.producer(waiting.pop().id)
        if found is not None and found[0].op == "embedding":
            return True
        if found is not None and found[0].op in MOVING | {"add", "where", "masked_fill"}:
            waiting += found[0].operands.values()
    return False


def _scaled(product: OpCall, scale: float) -> Iterator[Conflict]:
    left, right = product.operands.get("left"), product.operands.get("right")
    if product.op == "einsum" or left is None or right is None or left.rank < 4 or scale <= 1.0:
        return
    width = left.shape[-1]
    whole = width * left.shape[1]
    if (
        left.shape[1] > 1
        and isclose(scale, sqrt(whole), rel_tol=1e-3)
        and not isclose(scale, sqrt(width), rel_tol=1e-3)
    ):
        facts = {"fault": "scale", "width": width, "whole": whole}
        yield Conflict("attention-order", product, AxisUse("left", left.rank - 1, width), facts=facts)


def _is_plain(trace: Trace, product: OpCall) -> bool:
    """Return whether scores are of heads of linear layers as they are made, and nothing scales either side."""
    return len(product.operands) == 2 and all(
        ref.rank >= 4 and ref.shape[-1] > 1 and _is_fresh(trace, ref) for ref in product.operands.values()
    )


def _is_fresh(trace: Trace, ref: TensorRef) -> bool:
    """Return whether a tensor is what a linear layer gives whose weights nobody chose, with its axes moved at most."""
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        if call.op == "linear":
            return _is_default(trace, call.operands["weight"])
        data = call.operands.get("input")
        if call.op not in MOVING or data is None:
            return False
        ref = data
    return False


def _is_default(trace: Trace, weight: TensorRef) -> bool:
    """Return whether weights were drawn by the constructor of their layer: all of it happened at one place."""
    filled = trace.producer(weight.id)
    made = trace.producer(filled[0].operands["input"].id) if filled is not None and filled[0].op == "fill" else None
    return filled is not None and made is not None and filled[0].site is not None and filled[0].site == made[0].site
