"""A convolutional recurrent cell over video, and a temporal convolution with causal padding."""

import torch
import torch.nn.functional as F
from torch import nn


class ConvLSTMCell(nn.Module):
    def __init__(self, channels, hidden, kernel=3):
        super().__init__()
        self.hidden = hidden
        self.gates = nn.Conv2d(channels + hidden, 4 * hidden, kernel, padding=kernel // 2)

    def forward(self, x, state):
        h, c = state
        i, f, o, g = self.gates(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


video = torch.randn(2, 5, 3, 16, 20)
cell = ConvLSTMCell(3, 6)
h = c = torch.zeros(2, 6, 16, 20)
for frame in video.transpose(0, 1):
    h, c = cell(frame, (h, c))
print(h.shape)

frames = nn.Conv2d(3, 4, 3, padding=1)(video.flatten(0, 1)).unflatten(0, video.shape[:2])
signal = frames.mean(dim=(-2, -1)).transpose(1, 2)
causal = nn.Conv1d(4, 4, 3, dilation=2)
print((signal + causal(F.pad(signal, (4, 0)))).transpose(1, 2).shape)
