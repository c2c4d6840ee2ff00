"""x-transformers: an encoder with a mask, memory tokens and relative positions."""

import torch
from x_transformers import Encoder, TransformerWrapper

model = TransformerWrapper(
    num_tokens=100,
    max_seq_len=40,
    num_memory_tokens=3,
    attn_layers=Encoder(dim=24, depth=2, heads=3, attn_dim_head=8, ff_glu=True, rel_pos_bias=True, use_rmsnorm=True),
)
tokens = torch.randint(0, 100, (3, 20))
mask = torch.arange(20) < torch.tensor([[20], [15], [9]])
print(model(tokens, mask=mask).shape, model(tokens, mask=mask, return_embeddings=True).shape)
