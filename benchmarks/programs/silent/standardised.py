"""Each example is standardised by its own mean and deviation."""

import torch
from torch import nn


class Standardised(nn.Module):
    def __init__(self, width=12, classes=5):
        super().__init__()
        self.lin, self.out = nn.Linear(width, width), nn.Linear(width, classes)

    def forward(self, x):
        h = self.lin(x)
        h = (h - h.mean(-1, keepdim=True)) / (h.std(-1, keepdim=True) + 1e-5)
        return self.out(h)


torch.manual_seed(0)
model, criterion = Standardised(), nn.CrossEntropyLoss()
batch, target = (torch.randn(16, 12),), torch.randint(0, 5, (16,))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
