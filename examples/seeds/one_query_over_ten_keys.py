"""A decoder step that looks back over ten encoder states with nn.MultiheadAttention."""

import torch
from torch import nn

batch_size, source_length, width = 32, 10, 512
query = torch.randn(batch_size, 1, width)
key = torch.randn(batch_size, source_length, width)
value = torch.randn(batch_size, source_length, width)

attention = nn.MultiheadAttention(embed_dim=width, num_heads=8)
output, weights = attention(query, key, value)
print(output.shape, weights.shape)
