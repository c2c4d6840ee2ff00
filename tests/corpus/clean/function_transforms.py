"""torch.func: vmap, per-sample gradients, Jacobians; functools around layers."""

import functools
import operator

import torch
from torch import nn
from torch.func import functional_call, grad, jacrev, vmap

net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
parameters = {name: p.detach() for name, p in net.named_parameters()}


def loss(parameters, x, y):
    prediction = functional_call(net, parameters, (x.unsqueeze(0),))
    return (prediction.squeeze() - y) ** 2


x, y = torch.randn(10, 4), torch.randn(10)
per_sample = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, x, y)
print({name: tuple(g.shape) for name, g in per_sample.items()})
print(vmap(jacrev(lambda p: torch.sin(p).sum(dim=-1, keepdim=True)))(x).shape)
print(vmap(torch.dot)(x, x).shape, vmap(lambda a: a @ x.T)(x).shape)

compose = functools.reduce(lambda f, g: lambda z: g(f(z)), [net[0], net[1], net[2]])
print(compose(x).shape, functools.reduce(operator.mul, x.shape, 1))
make = functools.partial(nn.Conv1d, kernel_size=3, padding=1)
print(make(4, 6)(x.T.unsqueeze(0)).shape)
