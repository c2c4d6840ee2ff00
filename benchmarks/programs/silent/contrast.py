"""Two towers, each example of one compared with every example of the other."""

import torch
from torch import nn
from torch.nn.functional import normalize


class Towers(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.left, self.right = nn.Linear(12, dim), nn.Linear(10, dim)

    def forward(self, left, right):
        return 10 * normalize(self.left(left), dim=-1) @ normalize(self.right(right), dim=-1).T


torch.manual_seed(0)
model, criterion = Towers(), nn.CrossEntropyLoss()
batch, target = (torch.randn(16, 12), torch.randn(16, 10)), torch.arange(16)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
