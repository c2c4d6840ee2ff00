"""x-transformers: encoder and decoder with cross attention, and the library's own XTransformer."""

import torch
from x_transformers import CrossAttender, Encoder, XTransformer

model = XTransformer(
    dim=32,
    enc_num_tokens=64,
    enc_depth=1,
    enc_heads=4,
    enc_max_seq_len=30,
    dec_num_tokens=80,
    dec_depth=1,
    dec_heads=4,
    dec_max_seq_len=40,
)
source = torch.randint(0, 64, (2, 30))
target = torch.randint(0, 80, (2, 40))
loss = model(source, target, mask=torch.ones_like(source).bool())
print(loss.shape)

text = Encoder(dim=32, depth=1, heads=2)(torch.randn(2, 7, 32))
image = torch.randn(2, 49, 32)
print(CrossAttender(dim=32, depth=1, heads=2)(text, context=image, context_mask=torch.ones(2, 49).bool()).shape)
