"""The decoder of `llama.py` with its axes annotated, for tools that read shapes from annotations."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int, groups: int) -> None:
        super().__init__()
        self.heads, self.groups, self.width = heads, groups, dim // heads
        self.query = nn.Linear(dim, heads * self.width, bias=False)
        self.key = nn.Linear(dim, groups * self.width, bias=False)
        self.value = nn.Linear(dim, groups * self.width, bias=False)
        self.out = nn.Linear(heads * self.width, dim, bias=False)

    def forward(
        self, x: Float[Tensor, "batch time dim"], turns: Float[Tensor, "time width"]
    ) -> Float[Tensor, "batch time dim"]:
        batch, time, _ = x.shape
        q = self.query(x).view(batch, time, self.heads, self.width).transpose(1, 2)
        k = self.key(x).view(batch, time, self.groups, self.width).transpose(1, 2)
        v = self.value(x).view(batch, time, self.groups, self.width).transpose(1, 2)
        q, k = turned(q, turns), turned(k, turns)
        k = k.repeat_interleave(self.heads // self.groups, dim=1)
        v = v.repeat_interleave(self.heads // self.groups, dim=1)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(mixed.transpose(1, 2).reshape(batch, time, self.heads * self.width))


def turned(
    x: Float[Tensor, "batch heads time width"], turns: Float[Tensor, "time width"]
) -> Float[Tensor, "batch heads time width"]:
    first, second = x.chunk(2, dim=-1)
    return x * turns.cos() + torch.cat((-second, first), dim=-1) * turns.sin()


class Block(nn.Module):
    def __init__(self, dim: int, heads: int, groups: int, hidden: int) -> None:
        super().__init__()
        self.before, self.after = nn.RMSNorm(dim), nn.RMSNorm(dim)
        self.attention = Attention(dim, heads, groups)
        self.gate = nn.Linear(dim, hidden, bias=False)
        self.up = nn.Linear(dim, hidden, bias=False)
        self.down = nn.Linear(hidden, dim, bias=False)

    def forward(
        self, x: Float[Tensor, "batch time dim"], turns: Float[Tensor, "time width"]
    ) -> Float[Tensor, "batch time dim"]:
        x = x + self.attention(self.before(x), turns)
        wide = self.after(x)
        return x + self.down(F.silu(self.gate(wide)) * self.up(wide))


class Llama(nn.Module):
    def __init__(
        self,
        words: int = 128256,
        dim: int = 16384,
        depth: int = 126,
        heads: int = 128,
        groups: int = 8,
        hidden: int = 53248,
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.blocks = nn.ModuleList(Block(dim, heads, groups, hidden) for _ in range(depth))
        self.norm = nn.RMSNorm(dim)
        self.head = nn.Linear(dim, words, bias=False)
        self.width = dim // heads

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time words"]:
        time = ids.shape[1]
        x = self.embed(ids)
        rates = 1.0 / 500000 ** (torch.arange(0, self.width, 2, device=ids.device) / self.width)
        turns = torch.arange(time, device=ids.device)[:, None] * torch.cat((rates, rates))[None, :]
        for block in self.blocks:
            x = block(x, turns.to(x.dtype))
        return self.head(self.norm(x))
