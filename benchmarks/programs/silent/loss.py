"""Logits go to the cross entropy, which takes their softmax itself."""

import torch
from torch import nn


class Digits(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.hidden, self.out = nn.Linear(12, 32), nn.Linear(32, classes)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


torch.manual_seed(0)
model, criterion = Digits(), nn.CrossEntropyLoss()
batch, target = (torch.randn(16, 12),), torch.randint(0, 5, (16,))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
