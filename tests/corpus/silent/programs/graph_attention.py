"""A graph attention layer over a dense adjacency: pairs of nodes scored, absent edges masked."""

import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(13)


class GAT(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.W = nn.Linear(cin, cout, bias=False)
        self.a_src, self.a_dst = nn.Linear(cout, 1, bias=False), nn.Linear(cout, 1, bias=False)

    def forward(self, h, adj):
        z = self.W(h)
        e = F.leaky_relu(self.a_src(z) + self.a_dst(z).transpose(0, 1), 0.2)
        e = torch.where(adj > 0, e, torch.full_like(e, -9e15))
        attention = F.softmax(e, dim=1)
        return F.elu(torch.matmul(attention, z))


n = 11
adj = ((torch.rand(n, n) > 0.6) | torch.eye(n).bool()).float()
h = torch.randn(n, 7)
labels = torch.randint(0, 3, (n,))
first, second = GAT(7, 12), GAT(12, 3)
optimizer = torch.optim.Adam([*first.parameters(), *second.parameters()], lr=1e-2)
for _ in range(2):
    out = second(first(h, adj), adj)
    loss = F.cross_entropy(out, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), out.argmax(dim=-1))
