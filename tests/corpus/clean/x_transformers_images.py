"""x-transformers: a vision transformer and continuous inputs."""

import torch
from x_transformers import ContinuousTransformerWrapper, Decoder, Encoder, ViTransformerWrapper

vit = ViTransformerWrapper(image_size=32, patch_size=8, num_classes=10, attn_layers=Encoder(dim=24, depth=1, heads=3))
print(vit(torch.randn(2, 3, 32, 32)).shape)

model = ContinuousTransformerWrapper(
    dim_in=6, dim_out=9, max_seq_len=50, attn_layers=Decoder(dim=24, depth=1, heads=3, alibi_pos_bias=True)
)
print(model(torch.randn(2, 50, 6), mask=torch.ones(2, 50).bool()).shape)
