"""Layers of sequences that are given, or read, in the other layout: each marked line is one."""

import math

import torch
from torch import nn

many, length, width = 6, 11, 24
ids, x = torch.randint(0, 50, (many, length)), torch.randn(many, length, width)
words, head = nn.Embedding(50, width), nn.Linear(width, 4)

lstm = nn.LSTM(width, width, 2, batch_first=True)
out, (h, c) = lstm(words(ids))
last_example = head(out[-1])  # warning: example-as-step
example_of_state = head(h[:, -1])  # warning: example-as-step
over_examples = head(torch.relu(out).mean(0))  # warning: example-as-step
highest = head(out.max(dim=0).values)  # warning: example-as-step

gru = nn.GRU(width, width)  # warning: example-as-step
by_default, _ = gru(x)
last_row = head(by_default[:, -1, :])

layer = nn.TransformerEncoderLayer(width, 4, dim_feedforward=32)
encoder = nn.TransformerEncoder(layer, 2)
first_token = head(encoder(x)[:, 0])  # warning: example-as-step
pooled = head(encoder(x).mean(dim=1))  # warning: example-as-step

attention = nn.MultiheadAttention(width, 4)  # warning: batch-read-as-sequence
mixed, _ = attention(out, out, out)

convolution, later = nn.Conv1d(3, width, 3, padding=1), nn.LSTM(width, width)  # warning: batch-read-as-sequence
states, _ = later(convolution(torch.randn(many, 3, 40)).transpose(1, 2))


class Positions(nn.Module):
    def __init__(self, longest=64):
        super().__init__()
        angle = torch.arange(longest).unsqueeze(1) * torch.exp(torch.arange(0, width, 2) * (-math.log(1e4) / width))
        table = torch.zeros(longest, 1, width)
        table[:, 0, 0::2], table[:, 0, 1::2] = torch.sin(angle), torch.cos(angle)
        self.register_buffer("table", table)

    def forward(self, x):
        return x + self.table[: x.size(0)]  # warning: position-axis


with_positions = nn.TransformerEncoderLayer(width, 4, 32, batch_first=True)(Positions()(x))
learned = nn.Embedding(64, width)
embedded = words(ids) + learned(torch.arange(ids.size(0))).unsqueeze(1)  # warning: position-axis
recurred, _ = nn.GRU(width, width, batch_first=True)(embedded)
