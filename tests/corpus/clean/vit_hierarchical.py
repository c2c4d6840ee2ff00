"""vit-pytorch: hierarchies of stages."""

import torch
from vit_modules import vit_module

images = torch.randn(1, 3, 64, 64)
nest = vit_module("nest").NesT(
    image_size=64, patch_size=4, dim=32, heads=2, num_hierarchies=3, block_repeats=(1, 1, 1), num_classes=5
)
print(nest(images).shape)

cvt = vit_module("cvt").CvT(
    num_classes=5,
    s1_emb_dim=16,
    s1_heads=1,
    s1_depth=1,
    s2_emb_dim=32,
    s2_heads=2,
    s2_depth=1,
    s3_emb_dim=48,
    s3_heads=2,
    s3_depth=1,
)
print(cvt(images).shape)

levit = vit_module("levit").LeViT(
    image_size=64, num_classes=5, stages=2, dim=(32, 48), depth=1, heads=(2, 3), mlp_mult=2
)
print(levit(images).shape)
