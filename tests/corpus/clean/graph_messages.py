"""Graph convolution with an edge list, attention over neighbours and a readout for each graph."""

import torch
from torch import nn


class GraphAttention(nn.Module):
    def __init__(self, width, out, heads):
        super().__init__()
        self.heads, self.out = heads, out
        self.project = nn.Linear(width, heads * out, bias=False)
        self.source = nn.Parameter(torch.randn(1, heads, out))
        self.target = nn.Parameter(torch.randn(1, heads, out))

    def forward(self, x, edges):
        n = x.size(0)
        h = self.project(x).view(n, self.heads, self.out)
        score = (h * self.source).sum(-1)[edges[0]] + (h * self.target).sum(-1)[edges[1]]
        score = nn.functional.leaky_relu(score, 0.2)
        weight = (score - score.max()).exp()
        total = torch.zeros(n, self.heads).index_add(0, edges[1], weight)
        weight = weight / total[edges[1]].clamp(min=1e-9)
        out = torch.zeros(n, self.heads, self.out).index_add(0, edges[1], weight.unsqueeze(-1) * h[edges[0]])
        return out.flatten(1)


x = torch.randn(20, 8)
edges = torch.randint(0, 20, (2, 60))
batch = torch.arange(20) // 7
h = torch.relu(GraphAttention(8, 5, 3)(x, edges))
readout = torch.zeros(3, 15).index_add_(0, batch, h) / batch.bincount().unsqueeze(1)
print(nn.Linear(15, 2)(readout).shape)

adjacency = torch.zeros(20, 20).index_put_((edges[1], edges[0]), torch.tensor(1.0)) + torch.eye(20)
degree = adjacency.sum(dim=1).rsqrt()
print((degree[:, None] * adjacency * degree[None, :] @ x).shape)
