"""A model that runs, trains, and is wrong: nothing here raises."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width: int = 64, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)

    def forward(self, x):
        B, T, C = x.shape
        q = self.query(x).view(B, self.heads, T, C // self.heads)
        k = self.key(x).view(B, T, self.heads, C // self.heads).transpose(1, 2)
        v = self.value(x).view(B, T, self.heads, C // self.heads).transpose(1, 2)
        future = torch.triu(torch.ones(T, T, dtype=torch.bool, device=x.device), diagonal=1)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=future)
        return self.out(mixed.transpose(1, 2).reshape(B, T, C))
