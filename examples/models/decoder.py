"""A small decoder that nothing here builds or calls: `axiswise check examples/models/decoder.py`."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x):
        h = self.norm(x)
        return x + self.attention(h, h, h, need_weights=False)[0]


class Decoder(nn.Module):
    def __init__(self, vocabulary: int = 1000, width: int = 64, longest: int = 128, depth: int = 2):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.zeros(longest, width))
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.head = nn.Linear(width, vocabulary)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Perceptron(nn.Module):
    def __init__(self, width: int = 64, classes: int = 5):
        super().__init__()
        self.inner = nn.Linear(width, 4 * width)
        self.outer = nn.Linear(width, classes)

    def forward(self, features):
        return self.outer(self.inner(features).relu())
