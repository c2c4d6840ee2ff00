"""nn.Transformer and its parts, with causal and padding masks."""

import torch
from torch import nn

model = nn.Transformer(
    d_model=24, nhead=3, num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=48, batch_first=True
)
source = torch.randn(5, 9, 24)
target = torch.randn(5, 7, 24)
mask = nn.Transformer.generate_square_subsequent_mask(7)
padding = torch.arange(9).expand(5, 9) >= torch.tensor([9, 8, 7, 6, 5]).unsqueeze(1)
out = model(source, target, tgt_mask=mask, src_key_padding_mask=padding, memory_key_padding_mask=padding)
print(out.shape)

layer = nn.TransformerEncoderLayer(24, 4, 64, activation="gelu", norm_first=True)
encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(24), enable_nested_tensor=False)
length_first = torch.randn(9, 5, 24)
positions = torch.zeros(9, 1, 24)
print(encoder(length_first + positions).mean(dim=0).shape)

decoder = nn.TransformerDecoderLayer(24, 4, batch_first=True)
print(decoder(target, source, tgt_mask=mask).shape)
