"""Reshapes that look like scrambled ones and are right."""

import torch
import torch.nn.functional as F
from torch import nn

x = torch.randn(3, 10, 48)
b, t, c = x.shape
images = torch.randn(2, 12, 32, 48)
n, k, h, w = images.shape

split = x.view(b, t, 4, c // 4).transpose(1, 2)  # heads
joined = split.transpose(1, 2).reshape(b, t, c)
folded = split.reshape(b * 4, t, c // 4)  # heads into the batch, and back
back = folded.view(b, 4, t, c // 4)
qkv = nn.Linear(c, 3 * c)(x).reshape(b, t, 3, 4, c // 4).permute(2, 0, 3, 1, 4)
grouped = split.view(b, 2, 2, t, c // 4).sum(2)  # groups of heads
patches = images.view(n, k, h // 8, 8, w // 8, 8).permute(0, 2, 4, 3, 5, 1).reshape(n, (h // 8) * (w // 8), 64 * k)
tokens = images.flatten(2).transpose(1, 2)
maps = tokens.transpose(1, 2).reshape(n, k, h, w)
windows = images.view(n, k, h // 4, 4, w // 4, 4).permute(0, 2, 4, 3, 5, 1).reshape(-1, 16, k)
unwindowed = windows.view(n, h // 4, w // 4, 4, 4, k).permute(0, 1, 3, 2, 4, 5).reshape(n, h, w, k)
shuffled = images.view(n, 3, k // 3, h, w).transpose(1, 2).reshape(n, k, h, w)  # channels in groups
pairs = x.reshape(b, t // 2, 2 * c)  # two frames at a time
flat = nn.Linear(c, c)(x.reshape(b * t, c)).view(b, t, -1)
_, (state, _) = nn.LSTM(c, 16, num_layers=2, bidirectional=True, batch_first=True)(x)
last = state.view(2, 2, b, 16)[-1].transpose(0, 1).reshape(b, -1)
scores = torch.randn(2, 4, 10, 12)
padded = F.pad(scores, (1, 0)).view(2, 4, 13, 10)[:, :, 1:].view_as(scores)  # relative positions
column = torch.cat([scores.new_zeros(2, 4, 10, 1), scores], -1).view(2, 4, 13, 10)[:, :, 1:].view_as(scores)
depth = F.pixel_shuffle(torch.randn(2, 12, 8, 9), 2)
logits = nn.Linear(c, 7)(x)
loss = F.cross_entropy(logits.view(-1, 7), torch.randint(0, 7, (b, t)).view(-1))
beams = torch.randn(b * 5, 100).view(b, 5 * 100).topk(5)[1]
frames = torch.randn(2, 6, 3, 16, 20)
by_frame = nn.Conv2d(3, 8, 3, padding=1)(frames.view(-1, *frames.shape[2:])).view(2, 6, 8, 16, 20)
square = split[:, :, : c // 4]  # as many steps as features
merged = (square @ square.mT).softmax(-1) @ square
merged = merged.transpose(1, 2).reshape(b, -1, 4 * (c // 4))
packed = nn.utils.rnn.pack_padded_sequence(x, [t, 7, 4], batch_first=True)
_, ends = nn.GRU(c, 16, bidirectional=True)(packed)
ends = ends.transpose(0, 1).reshape(x.size(0), -1)
labels, chances = torch.randint(0, k, (n, h, w)), images.softmax(1)
marked = F.one_hot(labels, k).permute(0, 3, 1, 2).reshape(chances.shape)
stacked = split.reshape(b, 4 * t // 2, 2 * (c // 4))  # two rows of a head at a time
