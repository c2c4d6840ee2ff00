"""A linear layer that takes the hidden features to one output per token."""

import torch
from torch import nn

features = torch.randn(775, 768)
projection = nn.Linear(768, 100)

outputs = projection(features)
print("outputs", tuple(outputs.shape), "weight", tuple(projection.weight.shape))
