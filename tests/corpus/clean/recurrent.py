"""LSTM, GRU and RNN: layers, directions, projections, cells, states given and kept."""

import torch
from torch import nn

batch, length, width, hidden = 5, 11, 8, 16
x = torch.randn(batch, length, width)

lstm = nn.LSTM(width, hidden, num_layers=2, batch_first=True, bidirectional=True)
state = (torch.zeros(4, batch, hidden), torch.zeros(4, batch, hidden))
out, (h, c) = lstm(x, state)
last = torch.cat([h[-2], h[-1]], dim=1)
print(nn.Linear(2 * hidden, 3)(last).shape)

gru = nn.GRU(width, hidden)
out, h = gru(x.transpose(0, 1))
print(out[-1].shape, torch.allclose(out[-1], h[0], atol=1e-6))

projected = nn.LSTM(width, hidden, proj_size=6, batch_first=True)
out, (h, c) = projected(x)
print(out.shape, h.shape, c.shape)

cell = nn.GRUCell(width, hidden)
state = torch.zeros(batch, hidden)
steps = []
for step in x.unbind(dim=1):
    state = cell(step, state)
    steps.append(state)
print(torch.stack(steps, dim=1).shape)

alone, _ = nn.RNN(width, hidden)(x[0])
print(alone.shape)
