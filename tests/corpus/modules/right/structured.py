"""Modules that take batches in structures, numbers and flags beside tensors, and shapes that are told."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from einops import rearrange
from torch import Tensor, nn


class DictBatch(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, batch):
        words = self.embedding(batch["input_ids"]) * batch["attention_mask"].unsqueeze(-1)
        return self.out(words.sum(1))


class PairBatch(nn.Module):
    def __init__(self):
        super().__init__()
        self.image = nn.Linear(20, 8)
        self.text = nn.Linear(12, 8)

    def forward(self, pair):
        image, text = pair
        return (self.image(image) * self.text(text)).sum(-1)


class FirstOfList(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Conv2d(6, 4, 1)

    def forward(self, feats):
        return self.proj(feats[0]) + feats[1].mean((2, 3), keepdim=True)


@dataclass
class Observation:
    pixels: Tensor
    speed: Tensor


class Driver(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 2)
        self.out = nn.Linear(8 + 2, 1)

    def forward(self, obs: Observation) -> Tensor:
        seen = self.conv(obs.pixels).mean((2, 3))
        return self.out(torch.cat([seen, obs.speed], dim=1))


class TokensOfGrid(nn.Module):
    """The height is told beside the tokens."""

    def __init__(self):
        super().__init__()
        self.mix = nn.Conv2d(16, 16, 3, padding=1, groups=16)

    def forward(self, x: Tensor, height: int, width: int) -> Tensor:
        maps = rearrange(x, "b (h w) c -> b c h w", h=height, w=width)
        return rearrange(self.mix(maps), "b c h w -> b (h w) c")


class WithFlag(nn.Module):
    def __init__(self):
        super().__init__()
        self.attend = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, x, return_attention: bool):
        out, weights = self.attend(x, x, x)
        return (out, weights) if return_attention else out


class WithMode(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(10, 4)

    def forward(self, x, mode):
        if mode == "mean":
            return self.proj(x).mean(1)
        if mode == "max":
            return self.proj(x).max(1).values
        raise ValueError(mode)


class Documented(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(12, 6)

    def forward(self, queries, keys):
        """Score queries against keys.

        Args:
            queries: tensor of shape (batch, n_queries, 12)
            keys: tensor of shape (batch, n_keys, 6)
        """
        return self.proj(queries) @ keys.transpose(1, 2)


class Commented(nn.Module):
    def __init__(self, dim=20):
        super().__init__()
        self.gate = nn.Linear(dim, dim)

    def forward(self, x):  # x: (batch, channels, dim)
        return x * torch.sigmoid(self.gate(x)).transpose(1, 2).transpose(1, 2)


class Windowed(nn.Module):
    def __init__(self, dim=12, window=4):
        super().__init__()
        self.window = window
        self.mix = nn.Linear(dim, dim)

    def forward(self, x):
        B, H, W, C = x.shape
        x = x.view(B, H // self.window, self.window, W // self.window, self.window, C)
        return self.mix(x.permute(0, 1, 3, 2, 4, 5).reshape(-1, self.window * self.window, C))


class RecurrentCell(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(14, 10)

    def forward(self, x, h):
        return self.cell(x, h)


class WithState(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(9, 7)

    def forward(self, x, state):
        h, c = state
        out, (h, c) = self.lstm(x, (h, c))
        return out, (h, c)


class PairOfInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(5, 1)

    def forward(self, *views):
        return torch.stack([self.score(each) for each in views]).sum(0)
