"""Multi-head attention as a function, on inputs made elsewhere."""

import torch
import torch.nn.functional as F


def split_heads(x, num_heads, d_model):
    batch, length, _ = x.size()
    return x.view(batch, length, num_heads, d_model // num_heads).transpose(1, 2)


def multi_head_attention(query, key, value, num_heads, d_model):
    q = split_heads(query, num_heads, d_model)
    k = split_heads(key, num_heads, d_model)
    v = split_heads(value, num_heads, d_model)
    weights = F.softmax(q @ k.transpose(-2, -1) / (d_model // num_heads) ** 0.5, dim=-1)
    merged = (weights @ v).transpose(1, 2)
    return merged.reshape(query.size(0), query.size(1), d_model)


query = torch.randn(32, 50, 513)
key = torch.randn(32, 50, 512)
value = torch.randn(32, 50, 512)

output = multi_head_attention(query, key, value, 8, 512)
print(output.shape)
