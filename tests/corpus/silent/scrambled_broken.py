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


def joined_where_steps_are_as_many_as_features(x):
    ways = [nn.Linear(width, width) for _ in range(3)]
    q, k, v = (way(x).view(len(x), -1, heads, width // heads).transpose(1, 2) for way in ways)
    mixed = (q @ k.mT).softmax(-1) @ v
    return mixed.reshape(len(x), -1, heads * (width // heads))  # warning: scrambled-reshape


def states_of_packed(x):
    packed = nn.utils.rnn.pack_padded_sequence(x, [steps, 7, 4], batch_first=True)
    _, h = nn.GRU(width, 16, bidirectional=True)(packed)
    return nn.Linear(32, 2)(h.view(x.size(0), -1))  # warning: scrambled-reshape


def rows_as_maps(maps, labels):
    chances = nn.functional.one_hot(labels, maps.size(1))
    return (maps.softmax(1) * chances.view(maps.shape)).sum()  # warning: scrambled-reshape


split_before_steps(x)
joined_without_turning(x)
view_for_transpose(x)
states_of_layers(x)
time_first_flattened(x)
maps_as_tokens(torch.randn(2, 3, 20, 28))
channels_last_by_view(torch.randn(2, 3, 20, 28))
unflattened_in_the_other_order(x)
joined_where_steps_are_as_many_as_features(torch.randn(batch, width // heads, width))
states_of_packed(x)
rows_as_maps(nn.Conv2d(3, 6, 1)(torch.randn(2, 3, 18, 24)), torch.randint(0, 6, (2, 18, 24)))
