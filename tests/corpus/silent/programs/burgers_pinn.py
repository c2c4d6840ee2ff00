"""A physics-informed network for Burgers' equation: residuals of derivatives, all of them columns."""

import math

import torch
from torch import nn

torch.manual_seed(10)


class Net(nn.Module):
    def __init__(self, width=20):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )

    def forward(self, x, t):
        return self.net(torch.cat([x, t], dim=1))


def grad(out, inp):
    return torch.autograd.grad(out, inp, torch.ones_like(out), create_graph=True)[0]


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
x = (torch.rand(40, 1) * 2 - 1).requires_grad_()
t = torch.rand(40, 1).requires_grad_()
x0 = torch.linspace(-1, 1, 25).unsqueeze(1)
u0 = -torch.sin(math.pi * x0)
for _ in range(2):
    u = model(x, t)
    u_x, u_t = grad(u, x), grad(u, t)
    u_xx = grad(u_x, x)
    residual = u_t + u * u_x - 0.01 / math.pi * u_xx
    initial = model(x0, torch.zeros_like(x0)) - u0
    loss = residual.pow(2).mean() + initial.pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
