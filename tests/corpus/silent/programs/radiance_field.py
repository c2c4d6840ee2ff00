"""Colours of rays from samples along them: the transmittance is a product over what lies before."""

import torch
from torch import nn

torch.manual_seed(34)
field = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.Adam(field.parameters(), lr=1e-3)
rays, samples = 12, 10
origins = torch.randn(rays, 3)
directions = torch.randn(rays, 3)
directions = directions / directions.norm(dim=-1, keepdim=True)
depths = torch.linspace(0.5, 3.0, samples)
colours = torch.rand(rays, 3)
for _ in range(2):
    points = origins[:, None, :] + directions[:, None, :] * depths[None, :, None]
    out = field(points.reshape(-1, 3)).reshape(rays, samples, 4)
    rgb, sigma = out[..., :3].sigmoid(), out[..., 3].relu()
    gaps = torch.cat([depths[1:] - depths[:-1], torch.tensor([1.0])])
    alpha = 1 - torch.exp(-sigma * gaps)
    passed = torch.cumprod(1 - alpha + 1e-10, dim=-1)
    passed = torch.cat([torch.ones(rays, 1), passed[:, :-1]], dim=-1)
    weights = alpha * passed
    rendered = (weights.unsqueeze(-1) * rgb).sum(dim=1)
    depth = (weights * depths).sum(dim=-1)
    loss = ((rendered - colours) ** 2).sum(dim=-1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), depth.shape)
