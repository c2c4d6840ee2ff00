"""Attention scores by hand, the keys not transposed: one line that fails on its own operands."""

import torch

queries = torch.randn(8, 20, 64)
keys = torch.randn(8, 20, 64)
scores = queries @ keys / 8
print(scores.softmax(-1).shape)
