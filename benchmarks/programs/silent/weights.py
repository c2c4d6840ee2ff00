"""Attention weights sum to one over the keys."""

import torch
from torch import nn


class Reader(nn.Module):
    def __init__(self, words=50, dim=24, classes=3):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.query, self.key, self.value = (nn.Linear(dim, dim) for _ in range(3))
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens):
        x = self.embed(tokens)
        scores = self.query(x) @ self.key(x).transpose(1, 2) / x.shape[-1] ** 0.5
        mixed = scores.softmax(dim=-1) @ self.value(x)
        return self.head(mixed.mean(dim=1))


torch.manual_seed(0)
model, criterion = Reader(), nn.CrossEntropyLoss()
batch, target = (torch.randint(1, 50, (16, 10)),), torch.randint(0, 3, (16,))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
