"""The normalisation layers on the axes that each of them wants."""

import torch
from torch import nn
import torch.nn.functional as F

images = torch.randn(6, 12, 10, 10)
tokens = torch.randn(6, 9, 12)

print(nn.BatchNorm2d(12)(images).shape)
print(nn.GroupNorm(4, 12)(images).shape, nn.GroupNorm(1, 12)(tokens.transpose(1, 2)).shape)
print(nn.InstanceNorm2d(12, affine=True)(images).shape)
print(nn.LayerNorm(12)(tokens).shape, nn.LayerNorm([9, 12])(tokens).shape)
print(nn.LayerNorm(12)(images.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).shape)
print(nn.BatchNorm1d(12)(tokens.transpose(1, 2)).transpose(1, 2).shape)
print(nn.RMSNorm(12)(tokens).shape, nn.LocalResponseNorm(3)(images).shape)

mean = images.mean(dim=(0, 2, 3), keepdim=True)
std = images.std(dim=(0, 2, 3), keepdim=True)
print(((images - mean) / std).shape, F.normalize(tokens, dim=-1).shape)

single = nn.BatchNorm1d(12).eval()
print(single(torch.randn(1, 12)).shape)
