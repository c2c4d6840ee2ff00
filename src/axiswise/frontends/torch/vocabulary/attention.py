"""Attention: the product, nn.MultiheadAttention and nn.Transformer with its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from torch import nn

from axiswise.frontends.torch.vocabulary.reading import LayerReader, Reading, bind, named, reads, table

_MULTIHEAD = (
    "query, key, value, key_padding_mask?, need_weights=True, attn_mask?, average_attn_weights=True, is_causal=False"
)
_FORWARD = (
    "query, key, value, embed_dim|embed_dim_to_check, num_heads, in_proj_weight?, in_proj_bias?, bias_k?, bias_v?, "
    "add_zero_attn=False, dropout_p=0.0, out_proj_weight?, out_proj_bias?, training=True, key_padding_mask?, "
    "need_weights=True, attn_mask?, use_separate_proj_weight=False, q_proj_weight?, k_proj_weight?, v_proj_weight?, "
    "static_k?, static_v?, average_attn_weights=True, is_causal=False"
)


def _taken(op: str, text: str, args: Sequence[Any], kwargs: Mapping[str, Any], **params: Any) -> Reading | None:
    """Bind a layer's arguments and file them, after the layer's own settings."""
    bound = bind(text, args, kwargs)
    if bound is None:
        return None
    reading = Reading(op, params=params)
    for name, value in bound.items():
        if value is not None:
            reading.put(name, value)
    return reading


def _functional(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read functional.multi_head_attention_forward, whose layout is (length, batch, width)."""
    bound = bind(_FORWARD, args, kwargs)
    if bound is None or "static_k" in bound or "static_v" in bound:
        return None
    reading = Reading("multihead_attention")
    for name in ("query", "key", "value", "key_padding_mask", "attn_mask"):
        if name in bound:
            reading.put(name, bound[name])
    separate = bool(bound["use_separate_proj_weight"])
    weight = bound.get("q_proj_weight" if separate else "in_proj_weight")
    if weight is not None:
        reading.put("weight", weight)
    wanted = ("embed_dim", "num_heads", "need_weights", "average_attn_weights", "is_causal", "add_zero_attn")
    reading.params.update({name: bound[name] for name in wanted}, batch_first=False, bias_kv="bias_k" in bound)
    if separate and "k_proj_weight" in bound and "v_proj_weight" in bound:
        reading.params.update(kdim=bound["k_proj_weight"].shape[1], vdim=bound["v_proj_weight"].shape[1])
    return reading


def _multihead(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a call of nn.MultiheadAttention."""
    reading = _taken(
        "multihead_attention",
        _MULTIHEAD,
        args,
        kwargs,
        embed_dim=module.embed_dim,
        num_heads=module.num_heads,
        kdim=module.kdim,
        vdim=module.vdim,
        batch_first=module.batch_first,
        add_zero_attn=module.add_zero_attn,
        bias_kv=module.bias_k is not None,
    )
    if reading is not None:
        reading.put("weight", module.in_proj_weight if module.in_proj_weight is not None else module.q_proj_weight)
    return reading


def _first(stack: Any) -> Any:
    """Return the first layer of a stack, or None where it has none or a foreign one."""
    layer = next(iter(stack.layers), None)
    if type(layer) in (nn.TransformerEncoderLayer, nn.TransformerDecoderLayer):
        return layer
    return None


def _reader(op: str, text: str, layer_of: Callable[[Any], Any]) -> LayerReader:
    """Return the reader of a transformer part; `layer_of` finds the layer whose attention has the settings."""

    def read(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        layer = layer_of(module)
        if layer is None:
            return None
        attention = layer.self_attn
        reading = _taken(
            op,
            text,
            args,
            kwargs,
            d_model=attention.embed_dim,
            nhead=attention.num_heads,
            batch_first=attention.batch_first,
        )
        if reading is not None:
            reading.put("weight", attention.in_proj_weight)
        return reading

    return read


def _own(module: Any) -> Any:
    return module


def _of_transformer(module: Any) -> Any:
    ours = type(module.encoder) is nn.TransformerEncoder and type(module.decoder) is nn.TransformerDecoder
    return _first(cast("Any", module.encoder)) if ours else None


_MASKS = "tgt_mask?, memory_mask?, tgt_key_padding_mask?, memory_key_padding_mask?"
_FLAGS = "tgt_is_causal?, memory_is_causal=False"

READERS = table(
    reads(
        "sdpa",
        "query, key, value, attn_mask?, dropout_p=0.0, is_causal=False, *, scale=None, enable_gqa=False",
        "scaled_dot_product_attention",
    ),
    named("nn.functional.multi_head_attention_forward", _functional),
)

LAYERS: dict[type, LayerReader] = {
    nn.MultiheadAttention: _multihead,
    nn.TransformerEncoderLayer: _reader(
        "transformer_encoder_layer", "src, src_mask?, src_key_padding_mask?, is_causal=False", _own
    ),
    nn.TransformerEncoder: _reader(
        "transformer_encoder", "src, src_mask|mask?, src_key_padding_mask?, is_causal?", _first
    ),
    nn.TransformerDecoderLayer: _reader("transformer_decoder_layer", f"tgt, memory, {_MASKS}, {_FLAGS}", _own),
    nn.TransformerDecoder: _reader("transformer_decoder", f"tgt, memory, {_MASKS}, {_FLAGS}", _first),
    nn.Transformer: _reader(
        "transformer",
        "src, tgt, src_mask?, tgt_mask?, memory_mask?, src_key_padding_mask?, tgt_key_padding_mask?, "
        f"memory_key_padding_mask?, src_is_causal?, {_FLAGS}",
        _of_transformer,
    ),
}
