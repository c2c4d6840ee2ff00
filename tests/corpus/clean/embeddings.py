"""Embedding tables, bags, frozen vectors and tied weights."""

import torch
from torch import nn


class Tied(nn.Module):
    def __init__(self, vocabulary=50, width=16, length=20):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width, padding_idx=0)
        self.positions = nn.Parameter(torch.zeros(1, length, width))
        self.segments = nn.Embedding(2, width)
        self.out = nn.Linear(width, vocabulary, bias=False)
        self.out.weight = self.tokens.weight

    def forward(self, ids, segments):
        x = self.tokens(ids) + self.positions[:, : ids.shape[1]] + self.segments(segments)
        return self.out(x)


ids = torch.randint(0, 50, (4, 9))
model = Tied()
print(model(ids, torch.zeros_like(ids)).shape)

bag = nn.EmbeddingBag(50, 12, mode="mean")
print(bag(ids).shape, bag(ids.flatten(), torch.tensor([0, 9, 18, 27])).shape)
frozen = nn.Embedding.from_pretrained(torch.randn(50, 8))
print(frozen(ids).sum(dim=1).shape)
