"""A Wasserstein critic with a gradient penalty."""

import torch
from torch import nn

torch.manual_seed(30)
generator = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 10))
critic = nn.Sequential(nn.Linear(10, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))
optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)
real = torch.randn(16, 10)


def penalty(real, fake):
    mix = torch.rand(real.size(0), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_()
    score = critic(between)
    (gradient,) = torch.autograd.grad(score.sum(), between, create_graph=True)
    return ((gradient.norm(2, dim=1) - 1) ** 2).mean()


for _ in range(2):
    fake = generator(torch.randn(16, 5)).detach()
    loss = critic(fake).mean() - critic(real).mean() + 10 * penalty(real, fake)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
