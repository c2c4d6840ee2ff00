"""Every convolution of torch.nn, plain and transposed, grouped and dilated."""

import torch
from torch import nn

signal = torch.randn(4, 6, 50)
image = torch.randn(4, 6, 20, 30)
volume = torch.randn(2, 6, 8, 9, 10)

print(nn.Conv1d(6, 12, 5, stride=2, padding=2, groups=3)(signal).shape)
print(nn.Conv2d(6, 12, (3, 5), padding="same", dilation=2)(image).shape)
print(nn.Conv3d(6, 4, 3, stride=(1, 2, 2))(volume).shape)
print(nn.ConvTranspose1d(6, 3, 4, stride=2, padding=1)(signal).shape)
print(nn.ConvTranspose2d(6, 3, 3, stride=2, padding=1, output_padding=1)(image).shape)
print(nn.ConvTranspose3d(6, 3, 2, stride=2)(volume).shape)

depthwise = nn.Sequential(nn.Conv2d(6, 12, 3, padding=1, groups=6), nn.Conv2d(12, 24, 1))
print(depthwise(image).shape, depthwise(image[0]).shape)

up = nn.ConvTranspose2d(6, 6, 3, stride=2, padding=1)
print(up(image, output_size=(40, 60)).shape)
print(nn.LazyConv2d(8, 3)(image).shape)
