"""A vision transformer: patches by reshape and permute, one projection for queries, keys and values."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(3)


class Attention(nn.Module):
    def __init__(self, dim, num_heads=3):
        super().__init__()
        self.num_heads = num_heads
        self.scale = (dim // num_heads) ** -0.5
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        attn = (q @ k.transpose(-2, -1)) * self.scale
        attn = attn.softmax(dim=-1)
        x = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(x)


class TinyViT(nn.Module):
    def __init__(self, patch=4, dim=36, classes=5):
        super().__init__()
        self.patch = patch
        self.embed = nn.Linear(3 * patch * patch, dim)
        self.cls = nn.Parameter(torch.randn(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, 33, dim) * 0.02)
        self.norm = nn.LayerNorm(dim)
        self.attn = Attention(dim)
        self.head = nn.Linear(dim, classes)

    def patchify(self, images):
        b, c, h, w = images.shape
        p = self.patch
        x = images.reshape(b, c, h // p, p, w // p, p)
        x = x.permute(0, 2, 4, 3, 5, 1)
        return x.reshape(b, (h // p) * (w // p), p * p * c)

    def forward(self, images):
        x = self.embed(self.patchify(images))
        x = torch.cat([self.cls.expand(x.size(0), -1, -1), x], dim=1) + self.pos
        x = x + self.attn(self.norm(x))
        return self.head(x[:, 0])


model = TinyViT()
images, labels = torch.randn(6, 3, 16, 32), torch.randint(0, 5, (6,))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits = model(images)
    loss = F.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
predicted = logits.softmax(dim=-1).argmax(dim=-1)
print(loss.item(), (predicted == labels).float().mean().item())
