"""Grouped-query attention: fewer key heads than query heads, expanded to meet them, with rotary positions."""

import torch
import torch.nn.functional as F


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


def repeat_kv(x, times):
    batch, heads, length, width = x.shape
    x = x[:, :, None, :, :].expand(batch, heads, times, length, width)
    return x.reshape(batch, heads * times, length, width)


batch, heads, kv_heads, length, width = 2, 8, 2, 12, 16
angles = torch.outer(torch.arange(length).float(), 1.0 / 10000 ** (torch.arange(0, width, 2) / width))
table = torch.cat((angles, angles), dim=-1)
cos, sin = table.cos(), table.sin()

q = rotate(torch.randn(batch, heads, length, width), cos, sin)
k = rotate(torch.randn(batch, kv_heads, length, width), cos, sin)
v = torch.randn(batch, kv_heads, length, width)
out = F.scaled_dot_product_attention(q, repeat_kv(k, heads // kv_heads), repeat_kv(v, heads // kv_heads))
grouped = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
print(torch.allclose(out, grouped, atol=1e-5), out.transpose(1, 2).flatten(2).shape)
