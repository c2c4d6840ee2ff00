"""Metric learning: pairwise distances of a batch, the hardest positive and negative of each anchor."""

import torch
from torch import nn

torch.manual_seed(16)


def distances(x):
    square = (x * x).sum(dim=1, keepdim=True)
    squared = square + square.t() - 2 * x @ x.t()
    return squared.clamp(min=1e-12).sqrt()


def batch_hard(x, labels, margin=0.3):
    dist = distances(x)
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    positive = dist.masked_fill(~same, 0.0).max(dim=1).values
    negative = dist.masked_fill(same, float("inf")).min(dim=1).values
    return torch.relu(positive - negative + margin).mean()


net = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 8))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
x, labels = torch.randn(18, 20), torch.arange(18) % 6
for _ in range(2):
    z = net(x)
    z = z / z.norm(dim=1, keepdim=True)
    loss = batch_hard(z, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
