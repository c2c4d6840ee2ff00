"""Sequences are averaged over their own lengths."""

import torch
from torch import nn


class Averaged(nn.Module):
    def __init__(self, width=12, classes=5):
        super().__init__()
        self.lin, self.head = nn.Linear(width, 16), nn.Linear(16, classes)

    def forward(self, x, lengths):
        h = torch.tanh(self.lin(x))
        valid = (torch.arange(x.shape[1]) < lengths[:, None]).unsqueeze(-1)
        return self.head((h * valid).sum(1) / valid.sum(1))


torch.manual_seed(0)
model, criterion = Averaged(), nn.CrossEntropyLoss()
batch, target = (torch.randn(16, 10, 12), torch.tensor([10, 7, 8, 5] * 4)), torch.randint(0, 5, (16,))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
