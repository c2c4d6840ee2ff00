"""Modules that nothing builds, each with a planted fault: with whatever arguments, and whatever they are given, they fail."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn


class Norm(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.a, self.b = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm = nn.LayerNorm(d_model + 1)

    def forward(self, x):
        return self.norm(x + self.b(torch.relu(self.a(x))))


class Mlp(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.a, self.b = nn.Linear(d_model, d_ff), nn.Linear(d_ff * 2, d_model)

    def forward(self, x):
        return self.b(F.gelu(self.a(x)))


class Attn(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.h, self.d = n_heads, d_model // n_heads
        self.qkv, self.out = nn.Linear(d_model, 3 * d_model), nn.Linear(self.d, d_model)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.h, self.d).permute(2, 0, 3, 1, 4)
        y = ((q @ k.transpose(-2, -1)) / math.sqrt(self.d)).softmax(-1) @ v
        return self.out(y.transpose(1, 2).reshape(B, T, C))


class UNet(nn.Module):
    def __init__(self, in_ch, base, classes):
        super().__init__()
        self.d1 = nn.Conv2d(in_ch, base, 3, padding=1)
        self.d2 = nn.Conv2d(base, base * 2, 3, padding=1)
        self.up = nn.ConvTranspose2d(base * 2, base, 2, stride=2)
        self.c = nn.Conv2d(base * 3, base, 3, padding=1)
        self.out = nn.Conv2d(base, classes, 1)

    def forward(self, x):
        a = F.relu(self.d1(x))
        b = F.relu(self.d2(F.max_pool2d(a, 2)))
        return self.out(self.c(torch.cat([self.up(b), a], dim=1)))


class Gru(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.e, self.r, self.fc = nn.Embedding(vocab, emb), nn.GRU(emb, hidden, batch_first=True), nn.Linear(hidden * 2, vocab)

    def forward(self, x):
        y, h = self.r(self.e(x))
        return self.fc(y)


class Joined(nn.Module):
    def __init__(self, n_users, n_items, dim):
        super().__init__()
        self.u, self.i, self.fc = nn.Embedding(n_users, dim), nn.Embedding(n_items, dim), nn.Linear(dim * 3, 1)

    def forward(self, user, item):
        return self.fc(torch.cat([self.u(user), self.i(item)], dim=-1))


class Gate(nn.Module):
    def __init__(self, dim, ratio):
        super().__init__()
        self.g = nn.Linear(dim, dim // ratio)

    def forward(self, x):
        return x * torch.sigmoid(self.g(x))


class Positions(nn.Module):
    def __init__(self, vocab_size, max_len, d_model):
        super().__init__()
        self.tok = nn.Embedding(vocab_size, d_model)
        self.pos = nn.Parameter(torch.zeros(1, max_len, d_model * 2))

    def forward(self, ids):
        return self.tok(ids) + self.pos[:, : ids.size(1)]


class BiLstm(nn.Module):
    def __init__(self, vocab_size, emb_dim, hidden_dim, n_tags):
        super().__init__()
        self.e = nn.Embedding(vocab_size, emb_dim)
        self.lstm = nn.LSTM(emb_dim, hidden_dim, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(hidden_dim, n_tags)

    def forward(self, x):
        return self.fc(self.lstm(self.e(x))[0])


class Vae(nn.Module):
    def __init__(self, input_dim, hidden_dim, latent_dim):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(input_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, latent_dim * 2))
        self.dec = nn.Sequential(nn.Linear(latent_dim * 2, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, input_dim))

    def forward(self, x):
        mu, logvar = self.enc(x).chunk(2, dim=-1)
        return self.dec(mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)), mu, logvar


class Cross(nn.Module):
    def __init__(self, dim, ctx_dim, heads):
        super().__init__()
        self.q, self.kv = nn.Linear(dim, dim), nn.Linear(ctx_dim, dim * 2)
        self.heads = heads
        self.out = nn.Linear(dim * 2, dim)

    def forward(self, x, ctx):
        b, n, _ = x.shape
        q = self.q(x).reshape(b, n, self.heads, -1).transpose(1, 2)
        k, v = (t.reshape(b, ctx.shape[1], self.heads, -1).transpose(1, 2) for t in self.kv(ctx).chunk(2, -1))
        a = (q @ k.transpose(-1, -2)).softmax(-1)
        return self.out((a @ v).transpose(1, 2).reshape(b, n, -1))


class Se(nn.Module):
    def __init__(self, channels, reduction):
        super().__init__()
        self.a, self.b = nn.Linear(channels, channels // reduction), nn.Linear(channels // reduction, channels)

    def forward(self, x):
        s = self.b(F.relu(self.a(x.mean((2, 3))))).sigmoid()
        return x * s


class ResBlock(nn.Module):
    """stride in the main path only"""
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        return F.relu(x + self.bn(self.conv2(F.relu(self.conv1(x)))))


class GPTBlock(nn.Module):
    def __init__(self, n_embd, n_head, block_size):
        super().__init__()
        self.n_head = n_head
        self.c_attn = nn.Linear(n_embd, 2 * n_embd)
        self.c_proj = nn.Linear(n_embd, n_embd)
        self.register_buffer("bias", torch.tril(torch.ones(block_size, block_size)).view(1, 1, block_size, block_size))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf")).softmax(-1)
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.c_proj(y)


class TextCNN(nn.Module):
    def __init__(self, vocab_size, embed_dim, num_classes, kernel_sizes=(3, 4, 5), num_filters=100):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.convs = nn.ModuleList([nn.Conv1d(embed_dim, num_filters, k) for k in kernel_sizes])
        self.fc = nn.Linear(num_filters, num_classes)

    def forward(self, x):
        x = self.embedding(x).transpose(1, 2)
        return self.fc(torch.cat([F.relu(c(x)).max(dim=2).values for c in self.convs], dim=1))


class SEBlock(nn.Module):
    def __init__(self, channel, reduction):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(channel, channel // reduction), nn.ReLU(), nn.Linear(channel // reduction, channel), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.fc(self.pool(x).view(b, c))
        return x * y.view(b, c, 1)


class DeepFM(nn.Module):
    def __init__(self, field_dims, embed_dim, mlp_dim):
        super().__init__()
        self.embedding = nn.Embedding(sum(field_dims), embed_dim)
        self.mlp = nn.Sequential(nn.Linear(embed_dim, mlp_dim), nn.ReLU(), nn.Linear(mlp_dim, 1))
        self.n = len(field_dims)

    def forward(self, x):
        e = self.embedding(x)
        return self.mlp(e.view(-1, self.n * e.size(-1)))


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass):
        super().__init__()
        self.w1 = nn.Parameter(torch.empty(nfeat, nhid))
        self.w2 = nn.Parameter(torch.empty(nfeat, nclass))

    def forward(self, x, adj):
        x = F.relu(adj @ (x @ self.w1))
        return adj @ (x @ self.w2)


class Autoencoder(nn.Module):
    def __init__(self, in_channels, latent_dim):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(in_channels, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU())
        self.fc = nn.Linear(64 * 8 * 8, latent_dim)
        self.up = nn.Linear(latent_dim, 64 * 8 * 8)
        self.dec = nn.Sequential(nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(64, in_channels, 4, 2, 1))

    def forward(self, x):
        z = self.fc(self.enc(x).flatten(1))
        return self.dec(self.up(z).view(-1, 64, 8, 8))


class LSTMClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size * num_layers * 2, num_classes)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.fc(torch.cat([h[-2], h[-1]], dim=1))


class Heads(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.h, self.d = n_heads, d_model // n_heads
        self.q, self.k = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def forward(self, x):
        B, T, C = x.shape
        q = self.q(x).view(B, T, self.h, self.d).transpose(1, 2)
        k = self.k(x).view(B, T, self.h, self.d).transpose(1, 2)
        return (q @ k).softmax(-1)


class Mixed(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.h = heads
        self.qkv = nn.Linear(dim, dim * 3)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        q, k, v = self.qkv(x).reshape(B, N, 3, self.h, C // self.h).permute(2, 0, 3, 1, 4)
        return self.out(((q @ k).softmax(-1) @ v).transpose(1, 2).reshape(B, N, C))
