"""A decoder of Llama's kind in plain torch, by its numbers alone; nothing of it is annotated."""

import torch
from torch import nn
from torch.nn import functional as F

SIZES = {
    "8B": dict(dim=4096, depth=32, heads=32, groups=8, hidden=14336),
    "70B": dict(dim=8192, depth=80, heads=64, groups=8, hidden=28672),
    "405B": dict(dim=16384, depth=126, heads=128, groups=8, hidden=53248),
}


class Attention(nn.Module):
    def __init__(self, dim, heads, groups):
        super().__init__()
        self.heads, self.groups, self.width = heads, groups, dim // heads
        self.query = nn.Linear(dim, heads * self.width, bias=False)
        self.key = nn.Linear(dim, groups * self.width, bias=False)
        self.value = nn.Linear(dim, groups * self.width, bias=False)
        self.out = nn.Linear(heads * self.width, dim, bias=False)

    def forward(self, x, turns):
        batch, time, _ = x.shape
        q = self.query(x).view(batch, time, self.heads, self.width).transpose(1, 2)
        k = self.key(x).view(batch, time, self.groups, self.width).transpose(1, 2)
        v = self.value(x).view(batch, time, self.groups, self.width).transpose(1, 2)
        q, k = turned(q, turns), turned(k, turns)
        k = k.repeat_interleave(self.heads // self.groups, dim=1)
        v = v.repeat_interleave(self.heads // self.groups, dim=1)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(mixed.transpose(1, 2).reshape(batch, time, self.heads * self.width))


def turned(x, turns):
    first, second = x.chunk(2, dim=-1)
    return x * turns.cos() + torch.cat((-second, first), dim=-1) * turns.sin()


class Block(nn.Module):
    def __init__(self, dim, heads, groups, hidden):
        super().__init__()
        self.before, self.after = nn.RMSNorm(dim), nn.RMSNorm(dim)
        self.attention = Attention(dim, heads, groups)
        self.gate = nn.Linear(dim, hidden, bias=False)
        self.up = nn.Linear(dim, hidden, bias=False)
        self.down = nn.Linear(hidden, dim, bias=False)

    def forward(self, x, turns):
        x = x + self.attention(self.before(x), turns)
        wide = self.after(x)
        return x + self.down(F.silu(self.gate(wide)) * self.up(wide))


class Llama(nn.Module):
    def __init__(self, words=128256, dim=4096, depth=32, heads=32, groups=8, hidden=14336):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.blocks = nn.ModuleList(Block(dim, heads, groups, hidden) for _ in range(depth))
        self.norm = nn.RMSNorm(dim)
        self.head = nn.Linear(dim, words, bias=False)
        self.width = dim // heads

    def forward(self, ids):
        time = ids.shape[1]
        x = self.embed(ids)
        rates = 1.0 / 500000 ** (torch.arange(0, self.width, 2, device=ids.device) / self.width)
        turns = torch.arange(time, device=ids.device)[:, None] * torch.cat((rates, rates))[None, :]
        for block in self.blocks:
            x = block(x, turns.to(x.dtype))
        return self.head(self.norm(x))
