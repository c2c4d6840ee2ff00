"""Pooling with and without indices, adaptive, fractional and the way back."""

import torch
from torch import nn

x = torch.randn(3, 8, 17, 23)
pool = nn.MaxPool2d(2, return_indices=True)
pooled, indices = pool(x)
restored = nn.MaxUnpool2d(2)(pooled, indices, output_size=x.size())
assert restored.shape == x.shape

print(nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True)(x).shape)
print(nn.AdaptiveAvgPool2d((None, 7))(x).shape)
print(nn.AdaptiveMaxPool2d(1)(x).flatten(1).shape)
print(nn.FractionalMaxPool2d(3, output_ratio=0.5)(x).shape)
print(nn.LPPool2d(2, 3)(x).shape)
print(nn.AdaptiveAvgPool1d(5)(x.flatten(2)).shape)
print(nn.AvgPool3d((1, 2, 2))(x.unsqueeze(0)).shape)
