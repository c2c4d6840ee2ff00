"""Four right ways of splitting and merging attention heads."""

import torch
import torch.nn.functional as F
from einops import rearrange

B, T, H, D = 3, 10, 4, 8
x = torch.randn(B, T, H * D)
weight = torch.randn(3 * H * D, H * D)

qkv = F.linear(x, weight)
q, k, v = qkv.chunk(3, dim=-1)
q = q.view(B, T, H, D).transpose(1, 2)
k = k.view(B, T, H, D).permute(0, 2, 1, 3)
v = rearrange(v, "b t (h d) -> b h t d", h=H)
out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
print(out.transpose(1, 2).reshape(B, T, H * D).shape)

q, k, v = qkv.reshape(B, T, 3, H, D).permute(2, 0, 3, 1, 4)
attention = (q @ k.transpose(-2, -1) * D**-0.5).softmax(dim=-1)
merged = rearrange(attention @ v, "b h t d -> b t (h d)")
print(merged.shape)

q, k, v = (part.unflatten(-1, (H, D)) for part in qkv.split(H * D, dim=-1))
scores = torch.einsum("bqhd,bkhd->bhqk", q, k)
print(torch.einsum("bhqk,bkhd->bqhd", scores.softmax(-1), v).flatten(2).shape)

flat = q.transpose(1, 2).reshape(B * H, T, D)
keys = k.transpose(1, 2).reshape(B * H, T, D)
print(torch.bmm(flat, keys.mT).view(B, H, T, T).shape)
