"""Multi-head attention that splits its heads, attends and merges them again."""

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.d_model, self.num_heads = d_model, num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value):
        batch_size, seq_len, _ = query.shape
        head_dim = self.d_model // self.num_heads
        query = self.W_q(query).view(batch_size, seq_len, self.num_heads, head_dim)
        key = self.W_k(key).view(batch_size, seq_len, self.num_heads, head_dim)
        value = self.W_v(value).view(batch_size, seq_len, self.num_heads, head_dim)
        query = query.transpose(1, 2)
        key = key.transpose(1, 2)
        value = value.transpose(1, 2)
        weights = torch.softmax(query @ key.transpose(-2, -1) / head_dim**0.5, dim=-1)
        output = weights @ value
        output = output.transpose(1, 2).contiguous().view(batch_size, seq_len, self.d_model)
        return self.W_o(output)


attention = MultiHeadAttention(512, 8)
query = torch.randn(32, 50, 512)
key = torch.randn(32, 50, 512)
value = torch.randn(32, 50, 512)
print(attention(query, key, value).shape)
