"""Nodes classified by graph convolutions with a normalised dense adjacency."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(12)
nodes, feats, classes = 14, 9, 4


class GraphConv(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.weight = nn.Linear(cin, cout, bias=False)

    def forward(self, x, adj):
        degree = adj.sum(dim=1, keepdim=True)
        return (adj / degree) @ self.weight(x)


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = GraphConv(feats, 16), GraphConv(16, classes)

    def forward(self, x, adj):
        x = F.relu(self.conv1(x, adj))
        return F.log_softmax(self.conv2(x, adj), dim=1)


edges = (torch.rand(nodes, nodes) > 0.7).float()
adj = ((edges + edges.T + torch.eye(nodes)) > 0).float()
x, y = torch.randn(nodes, feats), torch.randint(0, classes, (nodes,))
train = torch.arange(nodes) < 9
model = GCN()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _ in range(2):
    out = model(x, adj)
    loss = F.nll_loss(out[train], y[train])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
accuracy = (out.argmax(dim=1)[~train] == y[~train]).float().mean()
print(loss.item(), accuracy.item())
