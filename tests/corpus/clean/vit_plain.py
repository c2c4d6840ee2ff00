"""vit-pytorch: the plain vision transformer and its simple sibling."""

import torch
from vit_modules import vit_module

ViT = vit_module("vit").ViT
SimpleViT = vit_module("simple_vit").SimpleViT

images = torch.randn(2, 3, 32, 32)
vit = ViT(image_size=32, patch_size=8, num_classes=10, dim=32, depth=2, heads=4, mlp_dim=64, pool="mean", dropout=0.1)
simple = SimpleViT(image_size=32, patch_size=8, num_classes=10, dim=32, depth=1, heads=4, mlp_dim=64)
print(vit(images).shape, simple(images).shape)
