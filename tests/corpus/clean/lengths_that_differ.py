"""Queries and keys of different lengths, values of another width: all right."""

import torch

query = torch.randn(5, 10, 64)
key = torch.randn(5, 20, 64)
value = torch.randn(5, 20, 48)

weights = torch.softmax(torch.bmm(query, key.transpose(1, 2)) / 8.0, dim=2)
context = torch.bmm(weights, value)
assert context.shape == (5, 10, 48)

masked = weights.masked_fill(torch.rand(20) < 0.1, 0.0)
masked = masked / masked.sum(dim=-1, keepdim=True).clamp(min=1e-6)
print(torch.matmul(masked, value).shape)
