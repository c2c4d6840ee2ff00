"""Features are flattened for whatever number of examples there is."""

import torch
from torch import nn


class Pixels(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.head = nn.Linear(4 * 8 * 8, classes)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        return self.head(x.view(x.shape[0], -1))


torch.manual_seed(0)
model, criterion = Pixels(), nn.CrossEntropyLoss()
batch, target = (torch.randn(16, 1, 8, 8),), torch.randint(0, 3, (16,))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
