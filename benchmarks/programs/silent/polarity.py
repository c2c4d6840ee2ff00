"""Padding is masked: True is what nn.MultiheadAttention leaves out."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, words=50, dim=24, classes=3):
        super().__init__()
        self.embed = nn.Embedding(words, dim, padding_idx=0)
        self.attention = nn.MultiheadAttention(dim, 4, batch_first=True)
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens):
        x = self.embed(tokens)
        mixed, _ = self.attention(x, x, x, key_padding_mask=tokens == 0)
        return self.head(mixed).transpose(1, 2)


torch.manual_seed(0)
model, criterion = Tagger(), nn.CrossEntropyLoss()
lengths = torch.tensor([10, 7, 8, 5] * 4)
tokens = torch.randint(1, 50, (16, 10)) * (torch.arange(10) < lengths[:, None])
batch, target = (tokens,), torch.randint(0, 3, (16, 10))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
