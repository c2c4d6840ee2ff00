"""Causal attention by hand: the mask comes before the softmax."""

import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, words=50, dim=24):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.query, self.key, self.value = (nn.Linear(dim, dim) for _ in range(3))
        self.head = nn.Linear(dim, words)

    def forward(self, tokens):
        x = self.embed(tokens)
        later = torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
        scores = self.query(x) @ self.key(x).transpose(1, 2) / x.shape[-1] ** 0.5
        weights = scores.masked_fill(later, float("-inf")).softmax(-1)
        return self.head(weights @ self.value(x)).transpose(1, 2)


torch.manual_seed(0)
model, criterion = Decoder(), nn.CrossEntropyLoss()
batch, target = (torch.randint(1, 50, (16, 10)),), torch.randint(1, 50, (16, 10))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
