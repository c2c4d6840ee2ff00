"""Supervised contrastive learning with the log-sum-exp written out."""

import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(17)


def supcon(features, labels, temperature=0.1):
    features = F.normalize(features, dim=1)
    logits = features @ features.T / temperature
    logits = logits - logits.max(dim=1, keepdim=True).values.detach()
    mask = torch.eye(len(labels), dtype=torch.bool)
    exp = torch.exp(logits).masked_fill(mask, 0.0)
    log_prob = logits - torch.log(exp.sum(dim=1, keepdim=True))
    positive = (labels[:, None] == labels[None, :]) & ~mask
    mean = (log_prob * positive).sum(dim=1) / positive.sum(dim=1).clamp(min=1)
    return -mean.mean()


encoder = nn.Sequential(nn.Linear(30, 24), nn.ReLU(), nn.Linear(24, 10))
optimizer = torch.optim.Adam(encoder.parameters(), lr=1e-3)
x, labels = torch.randn(20, 30), torch.arange(20) % 4
for _ in range(2):
    loss = supcon(encoder(x), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
