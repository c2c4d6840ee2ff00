"""vit-pytorch: shifted patches for small datasets, patch merging, deep re-attention, cross-covariance attention."""

import torch
from vit_modules import vit_module

images = torch.randn(2, 3, 32, 32)
settings = dict(image_size=32, patch_size=8, num_classes=7, dim=32, depth=2, heads=4, mlp_dim=48)
print(vit_module("vit_for_small_dataset").ViT(**settings)(images).shape)
print(vit_module("vit_with_patch_merger").ViT(**settings, patch_merge_layer=1, patch_merge_num_tokens=4)(images).shape)
print(vit_module("deepvit").DeepViT(**settings)(images).shape)
print(vit_module("parallel_vit").ViT(**settings, num_parallel_branches=2)(images).shape)
xcit = vit_module("xcit").XCiT(
    image_size=32, patch_size=8, num_classes=7, dim=32, depth=1, cls_depth=1, heads=2, mlp_dim=48
)
print(xcit(images).shape)
