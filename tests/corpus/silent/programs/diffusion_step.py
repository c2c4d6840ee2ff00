"""One step of training a denoiser of images, and one step of sampling."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(18)
steps = 50
betas = torch.linspace(1e-4, 0.02, steps)
alphas = 1 - betas
bars = torch.cumprod(alphas, dim=0)


def embedding(t, dim):
    half = dim // 2
    freqs = torch.exp(-math.log(10000) * torch.arange(half) / half)
    args = t[:, None].float() * freqs[None, :]
    return torch.cat([args.sin(), args.cos()], dim=1)


class Denoiser(nn.Module):
    def __init__(self, channels=16):
        super().__init__()
        self.inp, self.out = nn.Conv2d(3, channels, 3, padding=1), nn.Conv2d(channels, 3, 3, padding=1)
        self.time = nn.Linear(channels, channels)
        self.norm = nn.GroupNorm(4, channels)
        self.q, self.k, self.v = (nn.Conv2d(channels, channels, 1) for _ in range(3))
        self.channels = channels

    def attend(self, x):
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, c, h * w).permute(0, 2, 1)
        k = self.k(x).reshape(b, c, h * w)
        weights = torch.bmm(q, k) * c**-0.5
        weights = F.softmax(weights, dim=2)
        v = self.v(x).reshape(b, c, h * w)
        out = torch.bmm(v, weights.permute(0, 2, 1))
        return x + out.reshape(b, c, h, w)

    def forward(self, x, t):
        h = self.inp(x) + self.time(embedding(t, self.channels))[:, :, None, None]
        return self.out(F.silu(self.attend(self.norm(h))))


model = Denoiser()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
images = torch.randn(4, 3, 8, 8)
for _ in range(2):
    t = torch.randint(0, steps, (images.size(0),))
    noise = torch.randn_like(images)
    bar = bars[t].view(-1, 1, 1, 1)
    noisy = bar.sqrt() * images + (1 - bar).sqrt() * noise
    loss = F.mse_loss(model(noisy, t), noise)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
