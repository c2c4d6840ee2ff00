"""Modules that take sound, series, tables, points and graphs."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(13, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.layers(x).squeeze(-1)


class WaveEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 16, 10, stride=5)
        self.conv2 = nn.Conv1d(16, 24, 8, stride=4)

    def forward(self, waveform):
        x = waveform.unsqueeze(1)
        return F.gelu(self.conv2(F.gelu(self.conv1(x)))).transpose(1, 2)


class KeywordSpotter(nn.Module):
    def __init__(self, n_mels=40, classes=12):
        super().__init__()
        self.conv = nn.Conv1d(n_mels, 32, 3, padding=1)
        self.norm = nn.BatchNorm1d(32)
        self.out = nn.Linear(32, classes)

    def forward(self, mel):
        return self.out(F.relu(self.norm(self.conv(mel))).mean(-1))


class Forecaster(nn.Module):
    """Takes `lookback` steps, gives `horizon`: the length is a number of the model's."""

    def __init__(self, lookback=48, horizon=12):
        super().__init__()
        self.trend = nn.Linear(lookback, horizon)

    def forward(self, series):
        mean = series.mean(1, keepdim=True)
        return self.trend((series - mean).transpose(1, 2)).transpose(1, 2) + mean


class PointNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.mlp1 = nn.Conv1d(3, 32, 1)
        self.mlp2 = nn.Conv1d(32, 64, 1)
        self.out = nn.Linear(64, 6)

    def forward(self, points):
        x = F.relu(self.mlp1(points.transpose(1, 2)))
        return self.out(self.mlp2(x).max(-1).values)


class GraphConv(nn.Module):
    def __init__(self, in_features=12, out_features=8):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, out_features))

    def forward(self, x, adj):
        return F.relu(adj @ (x @ self.weight))


class MessagePassing(nn.Module):
    def __init__(self):
        super().__init__()
        self.message = nn.Linear(2 * 10, 16)
        self.update = nn.Linear(10 + 16, 10)

    def forward(self, x, edge_index):
        source, target = edge_index
        messages = F.relu(self.message(torch.cat([x[source], x[target]], -1)))
        gathered = torch.zeros(x.size(0), 16).index_add(0, target, messages)
        return self.update(torch.cat([x, gathered], -1))


class TwoTowers(nn.Module):
    """Users against items, each by its number."""

    def __init__(self, n_users=50, n_items=80):
        super().__init__()
        self.users = nn.Embedding(n_users, 16)
        self.items = nn.Embedding(n_items, 16)

    def forward(self, user_ids, item_ids):
        return (self.users(user_ids) * self.items(item_ids)).sum(-1)


class Policy(nn.Module):
    def __init__(self, state_dim=8, action_dim=3):
        super().__init__()
        self.body = nn.Linear(state_dim, 64)
        self.mean = nn.Linear(64, action_dim)
        self.value = nn.Linear(64, 1)

    def forward(self, obs):
        h = torch.tanh(self.body(obs))
        return self.mean(h), self.value(h).squeeze(-1)


class QFunction(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8 + 3, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, state, action):
        return self.layers(torch.cat([state, action], dim=-1))


class Denoiser(nn.Module):
    def __init__(self, channels=3):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(1, 32), nn.SiLU(), nn.Linear(32, 16))
        self.enter = nn.Conv2d(channels, 16, 3, padding=1)
        self.leave = nn.Conv2d(16, channels, 3, padding=1)

    def forward(self, x, t):
        shift = self.time(t[:, None].float())
        return self.leave(F.silu(self.enter(x) + shift[:, :, None, None]))


class RadianceField(nn.Module):
    def __init__(self):
        super().__init__()
        self.density = nn.Linear(3 * 2 * 4, 33)
        self.colour = nn.Linear(32 + 3, 3)

    def forward(self, positions, directions):
        scales = 2.0 ** torch.arange(4)
        angles = (positions[..., None] * scales).flatten(-2)
        h = self.density(torch.cat([angles.sin(), angles.cos()], -1))
        return self.colour(torch.cat([h[..., 1:], directions], -1)), F.relu(h[..., 0])
