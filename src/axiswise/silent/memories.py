"""Padding that an encoder hides from its own steps, and that the decoder behind it sees all the same."""

from __future__ import annotations

from collections.abc import Iterator

from axiswise.facts import AxisUse, Conflict, OpCall, TensorRef, Trace, is_series
from axiswise.silent.following import Uses

ENCODERS = frozenset({"transformer_encoder", "transformer_encoder_layer"})
DECODERS = frozenset({"transformer_decoder", "transformer_decoder_layer"})
HIDING = ("memory_mask", "memory_key_padding_mask")
KEEPING = frozenset("linear layer_norm rms_norm dropout relu gelu silu tanh contiguous float to clone".split())
"""What an encoder's results go through and their steps stay as they are."""
PADDING = "src_key_padding_mask"


def seen_through(trace: Trace, uses: Uses) -> Iterator[Conflict]:
    """Yield decoders that attend to padding which an encoder was told of; facts: `by`, the call that was told."""
    for call in trace.calls:
        if not call.outputs or any(name in call.operands for name in HIDING):
            continue
        encoder = call if call.op == "transformer" else None
        if call.op in DECODERS and call.layer is not None and call.layer.direct:  # not inside nn.Transformer
            encoder = _encoder(trace, call.operands["memory"])
        if encoder is not None and PADDING in encoder.operands and _hides(encoder.params.get(f"{PADDING}_values")):
            use = AxisUse("memory" if encoder is not call else "src", -1, 0)
            yield Conflict("memory-padding", call, use, facts={"by": encoder})


def _encoder(trace: Trace, ref: TensorRef) -> OpCall | None:
    """Return the encoder that a memory is of, straight or through layers that keep its steps."""
    while (found := trace.producer(ref.id)) is not None:
        call = found[0]
        if call.op in ENCODERS:
            return call
        if call.op not in KEEPING or "input" not in call.operands:
            return None
        ref = call.operands["input"]
    return None


def _hides(values: object) -> bool:
    """Return whether a mask may hide something: it does not where all of its values are known to be False."""
    return not is_series(values) or any(_hides(each) if is_series(each) else each is not False for each in values)
