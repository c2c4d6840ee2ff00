"""In-place operations that keep the shape of what they write to."""

import torch
from torch import nn

x = torch.zeros(4, 6, 8)
x[:, 1:3] = torch.randn(4, 2, 8)
x[:, 0].add_(torch.arange(8.0))
x[..., -1] = torch.tensor(3.0)
x += torch.randn(6, 1)
x.mul_(torch.rand(4, 1, 1)).clamp_(-2, 2)
x.masked_fill_(torch.rand(6, 8) < 0.2, 0.0)
x.transpose_(1, 2)
print(x.shape)

ema, net = nn.Linear(5, 3), nn.Linear(5, 3)
with torch.no_grad():
    for old, new in zip(ema.parameters(), net.parameters()):
        old.lerp_(new, 0.1)
    net.weight[0].zero_()
    net.bias.copy_(torch.arange(3.0))

buffer = torch.empty(0, 3)
for _ in range(3):
    buffer = torch.cat((buffer, net(torch.randn(2, 5))))
print(buffer.shape, buffer.new_zeros(2, 2).fill_diagonal_(1).sum())
