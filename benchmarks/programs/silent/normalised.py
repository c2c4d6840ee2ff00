"""Batch normalisation and dropout, as they are meant."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.1), nn.Flatten(), nn.Linear(8 * 36, 5)
)
criterion = nn.CrossEntropyLoss()
batch, target = (torch.randn(16, 3, 8, 8),), torch.randint(0, 5, (16,))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
