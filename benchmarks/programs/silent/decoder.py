"""A language model whose attention sees the past alone."""

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention


class TinyGPT(nn.Module):
    def __init__(self, words=50, dim=24, heads=4):
        super().__init__()
        self.heads = heads
        self.embed = nn.Embedding(words, dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.head = nn.Linear(dim, words)

    def forward(self, tokens):
        x = self.embed(tokens)
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.head(x + y.transpose(1, 2).reshape(b, t, d)).transpose(1, 2)


torch.manual_seed(0)
model, criterion = TinyGPT(), nn.CrossEntropyLoss()
batch, target = (torch.randint(1, 50, (16, 10)),), torch.randint(1, 50, (16, 10))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

for _ in range(6):
    optimizer.zero_grad()
    loss = criterion(model(*batch), target)
    loss.backward()
    optimizer.step()
