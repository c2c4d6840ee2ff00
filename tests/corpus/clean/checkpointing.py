"""Gradient checkpointing, autocast and gradient accumulation."""

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

blocks = nn.ModuleList(nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16)) for _ in range(3))
head = nn.Linear(16, 2)
optimizer = torch.optim.AdamW([*blocks.parameters(), *head.parameters()])

for step in range(4):
    x = torch.randn(6, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for block in blocks:
            x = x + checkpoint(block, x, use_reentrant=False)
        loss = nn.functional.cross_entropy(head(x).float(), torch.randint(0, 2, (6,))) / 2
    loss.backward()
    if step % 2:
        optimizer.step()
        optimizer.zero_grad()
y = checkpoint_sequential(nn.Sequential(*blocks), 3, torch.randn(6, 16, requires_grad=True), use_reentrant=False)
print(y.shape)
