"""A mixture of experts that sends each token to its best two experts."""

import torch
from torch import nn


class Experts(nn.Module):
    def __init__(self, width, count, best=2):
        super().__init__()
        self.best = best
        self.router = nn.Linear(width, count)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)) for _ in range(count)
        )

    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        weights, chosen = self.router(flat).softmax(dim=-1).topk(self.best, dim=-1)
        weights = weights / weights.sum(dim=-1, keepdim=True)
        out = torch.zeros_like(flat)
        for index, expert in enumerate(self.experts):
            token, slot = torch.where(chosen == index)
            if token.numel() == 0:
                continue
            out.index_add_(0, token, expert(flat[token]) * weights[token, slot].unsqueeze(-1))
        return out.view_as(x)


print(Experts(16, 4)(torch.randn(3, 7, 16)).shape)

named = nn.ModuleDict({f"expert_{number}": nn.Linear(16, 16) for number in range(3)})
states = torch.randn(5, 16)
for chosen in torch.randint(0, 3, (5,)).unique():
    states = states + named[f"expert_{chosen}"](states)
