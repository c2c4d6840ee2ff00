"""A diagonal state-space layer, run as a scan and as a convolution by FFT."""

import torch
from torch import nn


class StateSpace(nn.Module):
    def __init__(self, width, state):
        super().__init__()
        self.log_decay = nn.Parameter(torch.rand(width, state))
        self.B = nn.Parameter(torch.randn(width, state) / state**0.5)
        self.C = nn.Parameter(torch.randn(width, state) / state**0.5)
        self.D = nn.Parameter(torch.ones(width))

    def scan(self, u):
        decay = torch.exp(-self.log_decay.exp())
        x = u.new_zeros(u.size(0), u.size(2), self.B.size(1))
        ys = []
        for step in u.unbind(1):
            x = decay * x + self.B * step.unsqueeze(-1)
            ys.append((x * self.C).sum(-1))
        return torch.stack(ys, dim=1) + u * self.D

    def forward(self, u):
        length = u.size(1)
        decay = -self.log_decay.exp()
        powers = torch.exp(decay.unsqueeze(-1) * torch.arange(length, device=u.device))
        kernel = torch.einsum("dn,dn,dnl->dl", self.B, self.C, powers)
        spectrum = torch.fft.rfft(u.transpose(1, 2), n=2 * length) * torch.fft.rfft(kernel, n=2 * length)
        return torch.fft.irfft(spectrum, n=2 * length)[..., :length].transpose(1, 2) + u * self.D


layer = StateSpace(6, 8)
u = torch.randn(2, 15, 6)
print(torch.allclose(layer(u), layer.scan(u), atol=1e-4))
