"""A batch of token features multiplied by a weight that carries one more axis."""

import torch

torch.manual_seed(0)

vocabulary, tokens, hidden = 775, 100, 768
features = torch.randn(vocabulary, hidden)
weight = torch.randn(vocabulary, tokens, hidden)

projected = features @ weight
print(f"projected to {tuple(projected.shape)}")
