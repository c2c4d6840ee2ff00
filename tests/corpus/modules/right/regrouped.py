"""Modules whose layout only a reshape, a table or a loss behind it tells."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Highway(nn.Module):
    def __init__(self, sensors=8, steps=24, recent=6):
        super().__init__()
        self.sensors, self.steps, self.recent = sensors, steps, recent
        self.filters, self.out = nn.Conv2d(1, 16, (5, sensors)), nn.Linear(16, sensors)
        self.direct = nn.Linear(recent, 1)

    def forward(self, x):
        seen = self.filters(x.view(-1, 1, self.steps, self.sensors)).squeeze(3).amax(2)
        last = x[:, -self.recent :].transpose(1, 2).reshape(-1, self.recent)
        return self.out(seen) + self.direct(last).view(-1, self.sensors)


class Mixing(nn.Module):
    def __init__(self, channels=12):
        super().__init__()
        self.table = nn.Parameter(torch.eye(channels))

    def forward(self, x):
        _, c, _, _ = x.shape
        return F.conv2d(x, self.table.view(c, c, 1, 1))


class Folded(nn.Module):
    def __init__(self, seq_len=48, period=6, d_model=16):
        super().__init__()
        self.seq_len, self.period, self.conv = seq_len, period, nn.Conv2d(d_model, d_model, 3, padding=1)

    def forward(self, x):
        B, _, N = x.size()
        folded = x.reshape(B, self.seq_len // self.period, self.period, N).permute(0, 3, 1, 2)
        return x + self.conv(folded).permute(0, 2, 3, 1).reshape(B, -1, N)


class Neighbours(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.message, self.weigh = nn.Linear(width, width), nn.Linear(1, width)

    def forward(self, x, distances, neighbors, pair_mask):
        # x: (B, A, width)  distances: (B, A, K)  neighbors: (B, A, K)
        B, A, K = neighbors.shape
        near = torch.gather(self.message(x), 1, neighbors.reshape(B, A * K, 1).expand(-1, -1, x.size(2)))
        sent = near.view(B, A, K, -1) * self.weigh(distances.unsqueeze(-1))
        return x + (sent * pair_mask.unsqueeze(-1)).sum(2)


class GroupDeviation(nn.Module):
    def __init__(self, group=4):
        super().__init__()
        self.group = group

    def forward(self, x):
        N, C, H, W = x.shape
        size = min(self.group, N)
        apart = x.reshape(size, -1, C, H, W).var(0).mean((1, 2, 3)).view(-1, 1, 1, 1)
        return torch.cat([x, apart.repeat(size, 1, H, W)], 1)


class Queued(nn.Module):
    def __init__(self, width=16, places=64):
        super().__init__()
        self.places, self.head = places, nn.Linear(32, width)
        self.register_buffer("queue", torch.randn(width, places))

    def forward(self, x):
        assert self.places % x.shape[0] == 0
        keys = self.head(x)
        self.queue[:, : x.shape[0]] = keys.detach().t()
        return keys @ self.queue.clone()


class Propagated(nn.Module):
    def __init__(self, users=9, items=11, width=8):
        super().__init__()
        self.users, self.items = nn.Embedding(users, width), nn.Embedding(items, width)

    def forward(self, adj):
        seen = torch.cat([self.users.weight, self.items.weight])
        further = adj @ seen
        return torch.split(seen + further + adj @ further, [9, 11])


class Focused(nn.Module):
    """A loss: what is predicted has classes, what is true is one of them."""

    def forward(self, input, target):
        logged = F.log_softmax(input, dim=1).gather(1, target.view(-1, 1)).view(-1)
        return -((1 - logged.exp()) ** 2 * logged).mean()


class Actor(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden_sizes=(64, 64), act_limit=1.0):
        super().__init__()
        widths = [obs_dim, *hidden_sizes, act_dim]
        self.layers = nn.Sequential(*(nn.Linear(*pair) for pair in zip(widths, widths[1:])))
        self.act_limit = act_limit

    def forward(self, obs):
        return self.act_limit * torch.tanh(self.layers(obs))
