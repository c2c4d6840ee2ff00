"""Modules with a planted fault each: whatever is given to them, they fail."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class WidthsDiffer(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(784, 128)
        self.two = nn.Linear(129, 10)

    def forward(self, x):
        return self.two(F.relu(self.one(x)))


class KeyNotTransposed(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(64, 192)

    def forward(self, x):
        B, N, C = x.shape
        q, k, v = self.qkv(x).reshape(B, N, 3, 4, 16).permute(2, 0, 3, 1, 4)
        return (q @ k).softmax(-1) @ v


class FlattenedWrong(nn.Module):
    """No image gives 401 numbers."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 5)
        self.out = nn.Linear(401, 10)

    def forward(self, x):
        return self.out(torch.flatten(F.max_pool2d(F.relu(self.conv(x)), 2), 1))


class ChannelsDiffer(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Conv2d(3, 16, 3, padding=1)
        self.norm = nn.BatchNorm2d(32)

    def forward(self, image):
        return F.relu(self.norm(self.enter(image)))


class SkipNotJoined(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, padding=1)
        self.deep = nn.Conv2d(8, 16, 3, 2, 1)
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        one = self.down(x)
        return self.out(torch.cat([self.up(self.deep(one)), one], 1))


class EmbeddingTooNarrow(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(100, 32)
        self.lstm = nn.LSTM(48, 16, batch_first=True)

    def forward(self, input_ids):
        return self.lstm(self.tokens(input_ids))[0]


class HeadsForgotten(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(32, 32)
        self.out = nn.Linear(32, 32)

    def forward(self, x):
        b, t, c = x.shape
        heads = self.query(x).view(b, t, 4, 8).transpose(1, 2)
        return self.out(heads.softmax(-1))


class WrongDim(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(10, 6)
        self.two = nn.Linear(14, 6)
        self.out = nn.Linear(12, 1)

    def forward(self, left, right):
        return self.out(torch.cat([self.one(left), self.two(right)], dim=0))


class ReshapeOff(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(16, 100)

    def forward(self, z):
        return self.proj(z).view(-1, 3, 8, 8)


class DictFault(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 8)
        self.out = nn.Linear(9, 3)

    def forward(self, batch):
        return self.out(self.embedding(batch["input_ids"]).mean(1))


class PooledNarrower(nn.Module):
    """Of a series and of a single row: only the first has something to be averaged over."""

    def __init__(self):
        super().__init__()
        self.project = nn.Linear(32, 64)
        self.out = nn.Linear(96, 10)

    def forward(self, x):
        return self.out(torch.tanh(self.project(x)).mean(dim=1))


class TablesDiffer(nn.Module):
    """Both widths are the tables' own, whatever is looked up."""

    def __init__(self):
        super().__init__()
        self.users, self.items = nn.Embedding(40, 16), nn.Embedding(60, 8)

    def forward(self, user, item):
        return (self.users(user) * self.items(item)).sum(-1)


class AskedForTwice(nn.Module):
    """An expert takes 41 numbers of an example, the gate 40 of the same."""

    def __init__(self):
        super().__init__()
        self.experts = nn.ModuleList([nn.Linear(41, 8) for _ in range(3)])
        self.gate = nn.Parameter(torch.randn(40, 3))

    def forward(self, x):
        seen = torch.stack([expert(x) for expert in self.experts], -1)
        return (seen * (x @ self.gate).softmax(-1).unsqueeze(-2)).sum(-1)


class ScaledByNothing(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.6))

    def forward(self, image_features, text_features):
        return text_features.t() @ self.scale.exp() * image_features


class HalfShuffled(nn.Module):
    def __init__(self):
        super().__init__()
        self.groups, self.conv = 3, nn.Conv2d(24, 24, 1, groups=3)

    def forward(self, x):
        x = self.conv(x)
        b, c, h, w = x.size()
        return x.view(b, self.groups, c // self.groups, h, w // 2).transpose(1, 2).reshape(b, c, h, w)


class GateTooWide(nn.Module):
    """The sides meet where one map is half as large; the channels never do."""

    def __init__(self):
        super().__init__()
        self.of_gate, self.of_skip = nn.Conv2d(64, 16, 1), nn.Conv2d(32, 24, 1, stride=2)
        self.out = nn.Conv2d(16, 1, 1)

    def forward(self, g, x):
        return x * F.interpolate(self.out(F.relu(self.of_gate(g) + self.of_skip(x))), scale_factor=2)


class ExpandedTooFar(nn.Module):
    """The labels of a batch have an axis too many to be expanded, with any number of axes."""

    def __init__(self):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(10, 2))

    def forward(self, x, labels):
        same = labels.unsqueeze(2).expand(x.size(0), 10) == torch.arange(10)
        return (torch.cdist(x, self.centres) * same).sum()
