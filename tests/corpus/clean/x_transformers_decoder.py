"""x-transformers: a decoder-only language model wrapped for training and sampling."""

import torch
from x_transformers import AutoregressiveWrapper, Decoder, TransformerWrapper

model = TransformerWrapper(
    num_tokens=256,
    max_seq_len=64,
    attn_layers=Decoder(dim=32, depth=2, heads=4, attn_dim_head=8, rotary_pos_emb=True, attn_kv_heads=2),
)
wrapped = AutoregressiveWrapper(model)
tokens = torch.randint(0, 256, (2, 33))
loss = wrapped(tokens)
loss.backward()
print(loss.shape, model(tokens).shape)
print(wrapped.generate(tokens[:, :4], 6).shape)
