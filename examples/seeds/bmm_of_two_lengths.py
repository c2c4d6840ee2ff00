"""Cross attention of a short sequence over a longer one with torch.bmm."""

import torch

target_length, source_length, width = 10, 20, 512
query = torch.randn(target_length, width)
key = torch.randn(source_length, width)
value = torch.randn(source_length, width)

scores = torch.bmm(query, key.transpose(1, 0))
weights = torch.softmax(scores, dim=-1)
context = torch.bmm(weights, value)
print("context", context.shape)
