"""vit-pytorch: volumes, video and signals."""

import torch
from vit_modules import vit_module

video = torch.randn(1, 3, 8, 32, 32)
vit3d = vit_module("vit_3d").ViT(
    image_size=32, frames=8, image_patch_size=8, frame_patch_size=2, num_classes=4, dim=32, depth=1, heads=2, mlp_dim=48
)
vivit = vit_module("vivit").ViViT(
    image_size=32,
    frames=8,
    image_patch_size=8,
    frame_patch_size=2,
    num_classes=4,
    dim=32,
    spatial_depth=1,
    temporal_depth=1,
    heads=2,
    mlp_dim=48,
)
print(vit3d(video).shape, vivit(video).shape)

signal = torch.randn(3, 3, 64)
vit1d = vit_module("vit_1d").ViT(seq_len=64, patch_size=8, num_classes=4, dim=24, depth=1, heads=2, mlp_dim=32)
print(vit1d(signal).shape)
