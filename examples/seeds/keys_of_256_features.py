"""Attention over the states of an encoder that is half as wide as the decoder."""

import torch
from torch import nn

query = torch.randn(32, 1, 512)
key = torch.randn(32, 10, 256)
value = torch.randn(32, 10, 256)

attention = nn.MultiheadAttention(embed_dim=512, num_heads=8)
output, _ = attention(query, key, value)
print(output.shape)
