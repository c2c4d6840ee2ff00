import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / (C // self.heads) ** 0.5
        mixed = scores.softmax(-1) @ v
        return self.out(mixed.transpose(1, 2).reshape(B, T, C))


class Reader(nn.Module):
    def __init__(self, words=5000, dim=96, heads=6, longest=256, classes=4):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.places = nn.Embedding(longest, dim)
        self.attention = Attention(dim, heads)
        self.norm = nn.LayerNorm(dim)
        self.wide = nn.Linear(dim, 4 * dim)
        self.narrow = nn.Linear(2 * dim, dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, ids):
        B, T = ids.shape
        x = self.embed(ids) + self.places(torch.arange(T, device=ids.device))
        x = x + self.attention(self.norm(x))
        x = x + self.narrow(torch.relu(self.wide(x)))
        return self.head(x.mean(dim=1))
