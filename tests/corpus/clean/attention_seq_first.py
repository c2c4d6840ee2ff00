"""nn.MultiheadAttention in its own order: length first, batch second, with masks."""

import torch
from torch import nn

target_len, source_len, batch_size, embed_dim, num_heads = 6, 9, 4, 32, 8
query = torch.randn(target_len, batch_size, embed_dim)
memory = torch.randn(source_len, batch_size, embed_dim)

attention = nn.MultiheadAttention(embed_dim, num_heads)
padding = torch.zeros(batch_size, source_len, dtype=torch.bool)
padding[:, -2:] = True
out, weights = attention(query, memory, memory, key_padding_mask=padding)
print(out.shape, weights.shape)

causal = torch.triu(torch.ones(target_len, target_len, dtype=torch.bool), diagonal=1)
out, weights = attention(query, query, query, attn_mask=causal, average_attn_weights=False)
print(out.shape, weights.shape)

per_head = causal.expand(batch_size * num_heads, target_len, target_len)
out, _ = attention(query, query, query, attn_mask=per_head, need_weights=False)
print(out.shape)
