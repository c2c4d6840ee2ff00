"""Modules that nothing builds, and that ask something of their arguments: two that are equal, one that is another's part."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inplanes, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + identity)


class Strided(nn.Module):
    def __init__(self, in_ch, out_ch, stride):
        super().__init__()
        self.conv = nn.Conv2d(in_ch, out_ch, 3, stride, 1)

    def forward(self, x):
        return x + self.conv(x)


class Attend(nn.Module):
    def __init__(self, dim, heads, dim_head):
        super().__init__()
        self.heads, self.dim_head = heads, dim_head
        self.q, self.k, self.v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = (f(x).view(b, n, self.heads, self.dim_head).transpose(1, 2) for f in (self.q, self.k, self.v))
        return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, -1)


class BahdanauDecoder(nn.Module):
    def __init__(self, vocab, emb, hid, n_layers):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.rnn = nn.GRU(emb + hid, hid, n_layers)
        self.out = nn.Linear(hid, vocab)

    def forward(self, token, hidden, encoder_outputs):
        # token: (B,)  hidden: (L, B, H)  encoder_outputs: (S, B, H)
        e = self.embedding(token)[None]
        scores = torch.einsum("lbh,sbh->bs", hidden[-1:], encoder_outputs)
        context = torch.einsum("bs,sbh->bh", scores.softmax(-1), encoder_outputs)[None]
        y, hidden = self.rnn(torch.cat([e, context], dim=-1), hidden)
        return self.out(y[0]), hidden


class Gray(nn.Module):
    def __init__(self, n_channels, width):
        super().__init__()
        self.conv = nn.Conv2d(n_channels, width, 3)

    def forward(self, x):
        return self.conv(x.unsqueeze(1))


class Directions(nn.Module):
    def __init__(self, input_size, hidden_size, num_directions):
        super().__init__()
        self.rnn = nn.LSTM(input_size, hidden_size, bidirectional=num_directions == 2, batch_first=True)
        self.fc = nn.Linear(hidden_size * num_directions, 3)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


class Tied(nn.Module):
    def __init__(self, ntoken, ninp, nhid, tie_weights=True):
        super().__init__()
        self.encoder, self.rnn, self.decoder = nn.Embedding(ntoken, ninp), nn.LSTM(ninp, nhid), nn.Linear(nhid, ntoken)
        if tie_weights:
            if nhid != ninp:
                raise ValueError("with tied weights, nhid must be equal to emsize")
            self.decoder.weight = self.encoder.weight

    def forward(self, ids):
        return self.decoder(self.rnn(self.encoder(ids))[0])


class TokenMixer(nn.Module):
    def __init__(self, num_patches, dim, token_dim, channel_dim):
        super().__init__()
        self.tokens = nn.Sequential(nn.Linear(num_patches, token_dim), nn.GELU(), nn.Linear(token_dim, num_patches))
        self.channels = nn.Sequential(nn.Linear(dim, channel_dim), nn.GELU(), nn.Linear(channel_dim, dim))

    def forward(self, x):
        x = x + self.tokens(x.transpose(1, 2)).transpose(1, 2)
        return x + self.channels(x)


class Fpn(nn.Module):
    def __init__(self, widths, out_ch):
        super().__init__()
        self.lat = nn.ModuleList([nn.Conv2d(w, out_ch, 1) for w in widths])

    def forward(self, feats):
        y = [f(x) for f, x in zip(self.lat, feats)]
        for i in range(len(y) - 1, 0, -1):
            y[i - 1] = y[i - 1] + F.interpolate(y[i], size=y[i - 1].shape[-2:])
        return y


class Bilinear(nn.Module):
    def __init__(self, dim_a, dim_b, rank):
        super().__init__()
        self.a, self.b = nn.Linear(dim_a, rank), nn.Linear(dim_b, rank)

    def forward(self, a, b):
        return (self.a(a) * self.b(b)).sum(-1)


class PixelUp(nn.Module):
    def __init__(self, channels, scale):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels * scale ** 2, 3, padding=1)
        self.scale = scale

    def forward(self, x):
        return F.pixel_shuffle(self.conv(x), self.scale)


class Grouped(nn.Module):
    def __init__(self, dim, groups, kernel):
        super().__init__()
        self.conv = nn.Conv1d(dim, dim, kernel, padding=kernel // 2, groups=groups)
        self.norm = nn.GroupNorm(groups, dim)

    def forward(self, x):
        return x + self.norm(self.conv(x))


class Flat(nn.Module):
    def __init__(self, in_channels, img_size, latent):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(in_channels, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU())
        self.fc = nn.Linear(64 * (img_size // 4) ** 2, latent)

    def forward(self, x):
        return self.fc(self.enc(x).flatten(1))


class Gated(nn.Module):
    def __init__(self, size, num_layers, f):
        super().__init__()
        self.non, self.gate = (nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)]) for _ in range(2))
        self.n, self.f = num_layers, f

    def forward(self, x):
        for i in range(self.n):
            g = torch.sigmoid(self.gate[i](x))
            x = g * self.f(self.non[i](x)) + (1 - g) * x
        return x


class Rel(nn.Module):
    def __init__(self, n_head, d_model, max_len):
        super().__init__()
        self.h, self.dk = n_head, d_model // n_head
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.rel = nn.Parameter(torch.zeros(max_len, self.dk))
        self.max_len = max_len

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(x).reshape(b, t, 3, self.h, self.dk).permute(2, 0, 3, 1, 4)
        r = self.rel[self.max_len - t:]
        s = (q @ k.transpose(-1, -2) + torch.einsum("bhtd,sd->bhts", q, r)) / math.sqrt(self.dk)
        return (s.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c)


class Staged(nn.Module):
    """Counts its channels as layers are put on: what it ends with is not what goes in."""

    def __init__(self, depth, num_classes):
        super().__init__()
        self.input_channels = 16
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.stages = nn.Sequential(*(self.stage(16 * 2**each) for each in range(depth)))
        self.head = nn.Linear(self.input_channels, num_classes)

    def stage(self, width):
        layer = nn.Sequential(nn.Conv2d(self.input_channels, width, 3, stride=2, padding=1), nn.ReLU())
        self.input_channels = width
        return layer

    def forward(self, x):
        return self.head(self.stages(self.stem(x)).mean((2, 3)))
