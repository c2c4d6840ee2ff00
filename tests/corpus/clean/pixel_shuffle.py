"""Super-resolution with pixel shuffling, the sub-pixel rearrangement by hand, and resizing."""

import torch
import torch.nn.functional as F
from torch import nn

x = torch.randn(2, 3, 12, 16)
upscale = 3
net = nn.Sequential(
    nn.Conv2d(3, 16, 5, padding=2), nn.Tanh(), nn.Conv2d(16, 3 * upscale**2, 3, padding=1), nn.PixelShuffle(upscale)
)
y = net(x)
base = F.interpolate(x, scale_factor=upscale, mode="bilinear", align_corners=False)
print((y + base).shape)

packed = torch.randn(2, 3 * 4, 5, 7)
by_hand = packed.view(2, 3, 2, 2, 5, 7).permute(0, 1, 4, 2, 5, 3).reshape(2, 3, 10, 14)
assert torch.equal(by_hand, F.pixel_shuffle(packed, 2))
print(F.pixel_unshuffle(by_hand, 2).equal(packed), F.channel_shuffle(packed, 3).shape)
print(F.pad(x, (1, 2, 3, 4), mode="replicate").shape, nn.ZeroPad2d(2)(x).shape)
