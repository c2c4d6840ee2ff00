"""Self attention over a batch of 32 sequences of ten states each."""

import torch
from torch import nn

batch_size, seq_len, embed_dim = 32, 10, 512
states = torch.randn(batch_size, seq_len, embed_dim)

attention = nn.MultiheadAttention(embed_dim=embed_dim, num_heads=8)
query, key, value = states, states, states
output, weights = attention(query, key, value)
print(output.shape, weights.shape)
