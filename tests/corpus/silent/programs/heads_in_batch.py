"""Heads folded into the batch and multiplied by bmm, time first, as sequence toolkits do."""

import torch
from torch import nn

torch.manual_seed(2)


class MultiheadBmm(nn.Module):
    def __init__(self, embed_dim, num_heads):
        super().__init__()
        self.num_heads, self.head_dim = num_heads, embed_dim // num_heads
        self.scaling = self.head_dim**-0.5
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim)
        self.v_proj = nn.Linear(embed_dim, embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, query, key, key_padding_mask):
        tgt_len, bsz, embed_dim = query.size()
        src_len = key.size(0)
        q = self.q_proj(query) * self.scaling
        k, v = self.k_proj(key), self.v_proj(key)
        q = q.contiguous().view(tgt_len, bsz * self.num_heads, self.head_dim).transpose(0, 1)
        k = k.contiguous().view(src_len, bsz * self.num_heads, self.head_dim).transpose(0, 1)
        v = v.contiguous().view(src_len, bsz * self.num_heads, self.head_dim).transpose(0, 1)
        weights = torch.bmm(q, k.transpose(1, 2))
        weights = weights.view(bsz, self.num_heads, tgt_len, src_len)
        weights = weights.masked_fill(key_padding_mask.unsqueeze(1).unsqueeze(2), float("-inf"))
        weights = weights.view(bsz * self.num_heads, tgt_len, src_len)
        probs = nn.functional.softmax(weights, dim=-1)
        attn = torch.bmm(probs, v)
        attn = attn.transpose(0, 1).contiguous().view(tgt_len, bsz, embed_dim)
        return self.out_proj(attn), probs.view(bsz, self.num_heads, tgt_len, src_len).mean(dim=1)


lengths = torch.tensor([9, 6, 4])
padding = torch.arange(9)[None, :] >= lengths[:, None]
memory = torch.randn(9, 3, 24)
target = torch.randn(5, 3, 24)
layer = MultiheadBmm(24, 4)
optimizer = torch.optim.Adam(layer.parameters())
for _ in range(2):
    out, alignment = layer(target, memory, padding)
    loss = (out - target).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
best = alignment.argmax(dim=-1)
print(loss.item(), best.shape)
