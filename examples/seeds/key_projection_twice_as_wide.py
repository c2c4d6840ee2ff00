"""Multi-head attention as a module with its four projections."""

import math

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.d_model = d_model
        self.num_heads = num_heads
        self.head_dim = d_model // num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model * 2)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def heads(self, x):
        batch, length, width = x.shape
        return x.view(batch, length, self.num_heads, width // self.num_heads).transpose(1, 2)

    def forward(self, query, key, value):
        batch, length, _ = query.shape
        q = self.heads(self.W_q(query))
        k = self.heads(self.W_k(key))
        v = self.heads(self.W_v(value))
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.head_dim)
        weights = torch.softmax(scores, dim=-1)
        merged = torch.matmul(weights, v).transpose(1, 2).contiguous()
        return self.W_o(merged.view(batch, length, self.d_model))


attention = MultiHeadAttention(512, 8)
query = torch.randn(32, 50, 512)
key = torch.randn(32, 50, 512)
value = torch.randn(32, 50, 512)
print(attention(query, key, value).shape)
