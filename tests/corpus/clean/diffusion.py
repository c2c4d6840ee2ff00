"""A denoising diffusion step: sinusoidal times, a conditioned network, the noise schedule gathered for each sample."""

import math

import torch
from torch import nn


def times(t, width):
    frequencies = torch.exp(-math.log(10000) * torch.arange(width // 2) / (width // 2))
    angles = t.float()[:, None] * frequencies[None]
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class Denoiser(nn.Module):
    def __init__(self, channels=8, width=16):
        super().__init__()
        self.width = width
        self.enter = nn.Conv2d(1, channels, 3, padding=1)
        self.condition = nn.Linear(width, 2 * channels)
        self.norm = nn.GroupNorm(2, channels)
        self.leave = nn.Conv2d(channels, 1, 3, padding=1)

    def forward(self, x, t):
        scale, shift = self.condition(times(t, self.width))[:, :, None, None].chunk(2, dim=1)
        return self.leave(torch.nn.functional.silu(self.norm(self.enter(x)) * (1 + scale) + shift))


steps = 50
alphas = torch.cumprod(1 - torch.linspace(1e-4, 0.02, steps), dim=0)
model = Denoiser()
images = torch.rand(6, 1, 14, 14)
t = torch.randint(0, steps, (images.size(0),))
noise = torch.randn_like(images)
a = alphas[t].view(-1, 1, 1, 1)
loss = nn.functional.mse_loss(model(a.sqrt() * images + (1 - a).sqrt() * noise, t), noise)
loss.backward()
with torch.no_grad():
    x = torch.randn(2, 1, 14, 14)
    for step in reversed(range(0, steps, 10)):
        predicted = model(x, torch.full((x.size(0),), step))
        x = (x - (1 - alphas[step]).sqrt() * predicted) / alphas[step].sqrt()
print(x.shape)
