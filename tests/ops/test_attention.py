from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.ops.harness import examples, hold, hold_layer, nearly, shapes, sizes, tensor

flags = st.booleans()
mask_dtypes = st.sampled_from([torch.bool, torch.bool, torch.float32, torch.float64, torch.int64])


def maybe(data: st.DataObject, shape: tuple[int, ...], ranks: bool = True) -> torch.Tensor | None:
    """Mostly no mask, else one that nearly fits."""
    if data.draw(flags):
        return None
    return tensor(data.draw(nearly(shape, ranks)), data.draw(mask_dtypes))


@examples
@given(st.data())
def test_sdpa(data: st.DataObject) -> None:
    batch = data.draw(shapes(0, 2))
    length, keys, width, values = (data.draw(sizes) for _ in range(4))
    query = tensor(data.draw(nearly((*batch, length, width))))
    key, value = (tensor(data.draw(nearly((*batch, keys, last)))) for last in (width, values))
    mask = maybe(data, (*batch[data.draw(st.integers(0, 2)) :], length, keys))
    causal = data.draw(flags) and data.draw(flags)
    hold(lambda: F.scaled_dot_product_attention(query, key, value, mask, is_causal=causal), "sdpa")


@examples
@given(st.data())
def test_sdpa_in_groups(data: st.DataObject) -> None:
    query = tensor((2, data.draw(sizes) * data.draw(sizes), 3, 4))
    key, value = (tensor((2, data.draw(sizes), 5, width)) for width in (4, 3))
    hold(lambda: F.scaled_dot_product_attention(query, key, value, enable_gqa=True), "sdpa")


@examples
@given(st.data())
def test_multihead_attention(data: st.DataObject) -> None:
    heads = data.draw(st.integers(1, 2))
    embed = heads * data.draw(st.integers(1, 2))
    kdim, vdim = (data.draw(st.sampled_from([None, 3])) for _ in range(2))
    batch_first = data.draw(flags)
    layer = nn.MultiheadAttention(
        embed,
        heads,
        kdim=kdim,
        vdim=vdim,
        batch_first=batch_first,
        add_bias_kv=data.draw(flags),
        add_zero_attn=data.draw(flags),
    )
    layer.train(data.draw(flags))
    length, keys = data.draw(sizes), data.draw(sizes)
    batch = data.draw(shapes(0, 1))

    def laid(size: int, width: int) -> tuple[int, ...]:
        return (*batch, size, width) if batch_first else (size, *batch, width)

    query = tensor(data.draw(nearly(laid(length, embed))), data.draw(st.sampled_from([torch.float32, torch.float64])))
    query = query if data.draw(flags) else query.float()
    key, value = (tensor(data.draw(nearly(laid(keys, width or embed)))) for width in (kdim, vdim))
    mask = maybe(data, (*((heads * (batch or (1,))[0],) if data.draw(flags) else ()), length, keys), ranks=False)
    padding = maybe(data, (*batch, keys))
    options = {name: data.draw(flags) for name in ("need_weights", "average_attn_weights")}
    causal = data.draw(flags) and data.draw(flags)
    with torch.no_grad():
        hold_layer(layer, query, key, value, attn_mask=mask, key_padding_mask=padding, is_causal=causal, **options)
        if data.draw(flags):
            hold_layer(layer, query, query, query, attn_mask=mask, key_padding_mask=padding, **options)


@examples
@given(st.data())
def test_multihead_attention_as_a_function(data: st.DataObject) -> None:
    embed, heads = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 3))
    query, key = tensor(data.draw(nearly((3, 2, embed)))), tensor(data.draw(nearly((4, 2, embed))))
    weights = [tensor(shape) for shape in ((3 * embed, embed), (3 * embed,), (embed, embed), (embed,))]
    hold(
        lambda: F.multi_head_attention_forward(
            query, key, key, embed, heads, *weights[:2], None, None, False, 0.0, *weights[2:]
        ),
        "multihead_attention",
    )


def built(data: st.DataObject, kind: Callable[..., nn.Module], heads: int, batch_first: bool) -> nn.Module:
    model = 2 * heads
    layer = kind(model, heads, dim_feedforward=3, batch_first=batch_first, norm_first=data.draw(flags))
    return layer.train(data.draw(flags))


def operands(data: st.DataObject, heads: int, batch_first: bool, *lengths: int) -> tuple[list[Any], tuple[int, ...]]:
    """Sources of the given lengths, nearly fitting, and the batch they share."""
    batch = data.draw(shapes(0, 1))
    laid = [(*batch, size) if batch_first else (size, *batch) for size in lengths]
    return [tensor(data.draw(nearly((*shape, 2 * heads)))) for shape in laid], batch


@examples
@given(st.data())
def test_transformer_encoder(data: st.DataObject) -> None:
    heads, batch_first, length = data.draw(st.integers(1, 2)), data.draw(flags), data.draw(sizes)
    layer = built(data, nn.TransformerEncoderLayer, heads, batch_first)
    (source,), batch = operands(data, heads, batch_first, length)
    mask, padding = maybe(data, (length, length), ranks=False), maybe(data, (*batch, length))
    hold_layer(layer, source, src_mask=mask, src_key_padding_mask=padding)
    stack = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
    hold_layer(stack, source, mask=mask, src_key_padding_mask=padding)


@examples
@given(st.data())
def test_transformer_decoder(data: st.DataObject) -> None:
    heads, batch_first = data.draw(st.integers(1, 2)), data.draw(flags)
    length, keys = data.draw(sizes), data.draw(sizes)
    layer = built(data, nn.TransformerDecoderLayer, heads, batch_first)
    (target, memory), batch = operands(data, heads, batch_first, length, keys)
    masks = {
        "tgt_mask": maybe(data, (length, length), ranks=False),
        "memory_mask": maybe(data, (length, keys), ranks=False),
        "tgt_key_padding_mask": maybe(data, (*batch, length)),
        "memory_key_padding_mask": maybe(data, (*batch, keys)),
    }
    hold_layer(layer, target, memory, **masks)
    hold_layer(nn.TransformerDecoder(layer, 1), target, memory, **masks)


@examples
@given(st.data())
def test_transformer(data: st.DataObject) -> None:
    heads, batch_first = data.draw(st.integers(1, 2)), data.draw(flags)
    length, keys = data.draw(sizes), data.draw(sizes)
    whole = nn.Transformer(2 * heads, heads, 1, 1, 3, batch_first=batch_first)
    (source, target), batch = operands(data, heads, batch_first, keys, length)
    masks = {
        "src_mask": maybe(data, (keys, keys), ranks=False),
        "tgt_mask": maybe(data, (length, length), ranks=False),
        "memory_key_padding_mask": maybe(data, (*batch, keys)),
    }
    hold_layer(whole, source, target, **masks)


@pytest.mark.parametrize(
    ("shape", "kinds"), [((32, 10, 256), ("embedding",)), ((32, 10, 512), ("attention-batch",)), ((512,), ("rank",))]
)
def test_what_multihead_attention_names(shape: tuple[int, ...], kinds: tuple[str, ...]) -> None:
    layer = nn.MultiheadAttention(512, 8, device="meta")
    query = torch.empty(32, 10 if shape[-1] == 256 else 1, 512, device="meta")
    other = torch.empty(shape, device="meta")
    assert hold_layer(layer, query, other, other) == kinds
