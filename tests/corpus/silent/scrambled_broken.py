"""Reshapes that put an axis where its elements do not lie: each marked line is one."""

import torch
from torch import nn

batch, steps, width, heads = 3, 10, 48, 4
x = torch.randn(batch, steps, width)


def split_before_steps(x):
    b, t, c = x.shape
    q = x.view(b, heads, t, c // heads)  # warning: scrambled-reshape
    return q @ q.transpose(-2, -1)


def joined_without_turning(x):
    b, t, c = x.shape
    split = x.view(b, t, heads, c // heads).transpose(1, 2)
    mixed = (split @ split.transpose(-2, -1)).softmax(-1) @ split
    return mixed.reshape(b, t, c)  # warning: scrambled-reshape


def view_for_transpose(x):
    conv = nn.Conv1d(width, 8, 3, padding=1)
    return conv(x.view(x.size(0), x.size(2), x.size(1)))  # warning: scrambled-reshape


def states_of_layers(x):
    _, (h, _) = nn.LSTM(width, 16, num_layers=2, batch_first=True)(x)
    return nn.Linear(32, 2)(h.reshape(x.shape[0], -1))  # warning: scrambled-reshape


def time_first_flattened(x):
    out, _ = nn.GRU(width, 16)(x.transpose(0, 1))
    return nn.Linear(16 * steps, 2)(out.reshape(batch, -1))  # warning: scrambled-reshape


def maps_as_tokens(images):
    maps = nn.Conv2d(3, 32, 4, stride=4)(images)
    b, c, h, w = maps.shape
    return maps.view(b, h * w, c).mean(1)  # warning: scrambled-reshape


def channels_last_by_view(images):
    b, c, h, w = images.shape
    return images.reshape(b, h, w, c).mean((1, 2))  # warning: scrambled-reshape


def unflattened_in_the_other_order(x):
    b, t, c = x.shape
    flat = nn.Linear(c, c)(x.reshape(b * t, c))
    return flat.view(t, b, c).mean(0)  # warning: scrambled-reshape


split_before_steps(x)
joined_without_turning(x)
view_for_transpose(x)
states_of_layers(x)
time_first_flattened(x)
maps_as_tokens(torch.randn(2, 3, 20, 28))
channels_last_by_view(torch.randn(2, 3, 20, 28))
unflattened_in_the_other_order(x)
