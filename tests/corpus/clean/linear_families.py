"""Linear, bilinear, identity and lazy layers on two and three axes."""

import torch
from torch import nn

x = torch.randn(7, 5, 24)
wide = nn.Linear(24, 48)
assert wide(x).shape == (7, 5, 48)
assert wide(x[0, 0]).shape == (48,)

pair = nn.Bilinear(24, 10, 6)
print(pair(x, torch.randn(7, 5, 10)).shape)

lazy = nn.Sequential(nn.Flatten(), nn.LazyLinear(16), nn.ReLU(), nn.LazyBatchNorm1d(), nn.Identity())
print(lazy(x).shape)

weight = torch.randn(24, 3)
print((x @ weight).shape, torch.addmm(torch.zeros(3), x[0], weight).shape)
