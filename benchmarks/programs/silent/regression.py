"""One number for each example: predictions and targets are columns both."""

import torch
from torch import nn

torch.manual_seed(0)
model, criterion = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1)), nn.MSELoss()
batch, target = (torch.randn(16, 8),), torch.randn(16, 1)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
