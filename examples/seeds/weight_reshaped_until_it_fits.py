"""The same weight, folded into two axes and transposed before the product; then a weight of two axes."""

import torch

rows, tokens, hidden = 775, 100, 768
features = torch.randn(rows, hidden)
weight = torch.randn(rows, tokens, hidden)

folded = weight.reshape(rows, tokens * hidden)
folded = folded.permute(1, 0)
scores = torch.matmul(features, folded)
print("scores", scores.shape)

plain = torch.randn(hidden, tokens)
print("plain", torch.matmul(features, plain).shape)
