"""Cross attention with batch first and with keys and values of other widths."""

import torch
from torch import nn

queries = torch.randn(4, 3, 32)
image = torch.randn(4, 49, 20)
text = torch.randn(4, 49, 12)

attention = nn.MultiheadAttention(32, 4, kdim=20, vdim=12, batch_first=True)
out, weights = attention(queries, image, text)
print(out.shape, weights.shape)

one, _ = attention(queries[0], image[0], text[0])
print(one.shape)

self_attention = nn.MultiheadAttention(32, 4, batch_first=True)
out, _ = self_attention(queries, queries, queries)
print((queries + out).shape)
