"""Forecasting with dilated causal convolutions; the series come as (batch, time, features)."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(6)


class CausalConv(nn.Module):
    def __init__(self, channels, dilation):
        super().__init__()
        self.left = 2 * dilation
        self.conv = nn.Conv1d(channels, channels, 3, dilation=dilation)
        self.norm = nn.LayerNorm(channels)

    def forward(self, x):
        y = self.conv(F.pad(x, (self.left, 0)))
        y = self.norm(y.transpose(1, 2)).transpose(1, 2)
        return x + F.relu(y)


class TCN(nn.Module):
    def __init__(self, features=5, channels=24):
        super().__init__()
        self.inp = nn.Conv1d(features, channels, 1)
        self.blocks = nn.Sequential(*(CausalConv(channels, 2**i) for i in range(3)))
        self.out = nn.Linear(channels, 1)

    def forward(self, series):
        x = self.inp(series.transpose(1, 2))
        x = self.blocks(x)
        return self.out(x.transpose(1, 2)).squeeze(-1)


series = torch.randn(8, 20, 5)
mean = series.mean(dim=1, keepdim=True)
std = series.std(dim=1, keepdim=True)
series = (series - mean) / (std + 1e-5)
future = torch.randn(8, 20)
model = TCN()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    forecast = model(series)
    loss = F.mse_loss(forecast, future)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
per_series = (forecast - future).abs().mean(dim=1)
print(loss.item(), per_series.shape)
