"""Experts weighted by a gate, all of them run."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(26)


class Experts(nn.Module):
    def __init__(self, dim=18, experts=3, classes=5):
        super().__init__()
        self.gate = nn.Linear(dim, experts)
        self.experts = nn.ModuleList(nn.Linear(dim, classes) for _ in range(experts))

    def forward(self, x):
        gate = F.softmax(self.gate(x), dim=-1)
        outputs = torch.stack([expert(x) for expert in self.experts], dim=1)
        return (gate.unsqueeze(-1) * outputs).sum(dim=1), gate


x, y = torch.randn(22, 18), torch.randint(0, 5, (22,))
model = Experts()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits, gate = model(x)
    balance = gate.mean(dim=0).pow(2).sum()
    loss = F.cross_entropy(logits, y) + 0.1 * balance
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), gate.sum(dim=-1))
