"""Images to patches and back, three ways that agree."""

import torch
import torch.nn.functional as F
from einops import rearrange

B, C, H, W, P = 2, 3, 32, 48, 8
images = torch.randn(B, C, H, W)

by_view = images.view(B, C, H // P, P, W // P, P).permute(0, 2, 4, 1, 3, 5).reshape(B, -1, C * P * P)
by_unfold = F.unfold(images, kernel_size=P, stride=P).transpose(1, 2)
by_einops = rearrange(images, "b c (h p) (w q) -> b (h w) (c p q)", p=P, q=P)
assert torch.equal(by_view, by_unfold) and torch.equal(by_view, by_einops)

back = F.fold(by_unfold.transpose(1, 2), (H, W), kernel_size=P, stride=P)
assert torch.equal(back, images)
again = by_view.view(B, H // P, W // P, C, P, P).permute(0, 3, 1, 4, 2, 5).reshape(B, C, H, W)
assert torch.equal(again, images)
projection = torch.nn.Conv2d(C, 20, P, stride=P)
print(projection(images).flatten(2).transpose(1, 2).shape)
