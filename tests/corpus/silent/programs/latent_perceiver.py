"""Learned queries read a long input by cross-attention with torch's own product attention."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(35)


class CrossAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.dim = heads, dim
        self.q, self.kv, self.out = nn.Linear(dim, dim), nn.Linear(dim, 2 * dim), nn.Linear(dim, dim)

    def split(self, x):
        b, n, _ = x.shape
        return x.view(b, n, self.heads, self.dim // self.heads).permute(0, 2, 1, 3)

    def forward(self, x, memory, valid):
        k, v = self.kv(memory).chunk(2, dim=-1)
        y = F.scaled_dot_product_attention(
            self.split(self.q(x)), self.split(k), self.split(v), attn_mask=valid[:, None, None, :]
        )
        b, h, n, d = y.shape
        return self.out(y.permute(0, 2, 1, 3).reshape(b, n, h * d))


class Perceiver(nn.Module):
    def __init__(self, dim=24, latents=6, classes=3):
        super().__init__()
        self.latents = nn.Parameter(torch.randn(latents, dim))
        self.inp = nn.Linear(7, dim)
        self.cross = CrossAttention(dim, 4)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, series, lengths):
        valid = torch.arange(series.size(1)) < lengths.unsqueeze(1)
        latents = self.latents.unsqueeze(0).expand(series.size(0), -1, -1)
        x = latents + self.cross(latents, self.norm(self.inp(series)), valid)
        return self.head(x.mean(dim=1))


series, lengths = torch.randn(5, 18, 7), torch.tensor([18, 12, 7, 15, 9])
labels = torch.randint(0, 3, (5,))
model = Perceiver()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits = model(series, lengths)
    loss = F.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
