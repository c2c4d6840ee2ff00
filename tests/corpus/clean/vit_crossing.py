"""vit-pytorch: class attention, two scales, convolutional tokens, tokens to tokens."""

import torch
from vit_modules import vit_module

images = torch.randn(2, 3, 64, 64)
cait = vit_module("cait").CaiT(
    image_size=64, patch_size=16, num_classes=6, dim=32, depth=1, cls_depth=1, heads=4, mlp_dim=48
)
print(cait(images).shape)

cross = vit_module("cross_vit").CrossViT(
    image_size=64,
    num_classes=6,
    depth=1,
    sm_dim=24,
    sm_patch_size=8,
    sm_enc_depth=1,
    sm_enc_heads=2,
    sm_enc_mlp_dim=32,
    lg_dim=32,
    lg_patch_size=16,
    lg_enc_depth=1,
    lg_enc_heads=2,
    lg_enc_mlp_dim=32,
    cross_attn_depth=1,
    cross_attn_heads=2,
)
print(cross(images).shape)

t2t = vit_module("t2t").T2TViT(
    dim=32, image_size=64, depth=1, heads=2, mlp_dim=32, num_classes=6, t2t_layers=((7, 4), (3, 2))
)
print(t2t(images).shape)
