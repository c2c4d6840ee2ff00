"""Clouds of points classified by a shared network and a maximum over the points."""

import torch
from torch import nn

torch.manual_seed(33)


class PointNet(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.features = nn.Sequential(nn.Conv1d(3, 16, 1), nn.BatchNorm1d(16), nn.ReLU(), nn.Conv1d(16, 32, 1))
        self.head = nn.Linear(32, classes)

    def forward(self, points):
        centre = points.mean(dim=1, keepdim=True)
        radius = (points - centre).norm(dim=2, keepdim=True).amax(dim=1, keepdim=True)
        x = ((points - centre) / radius).transpose(1, 2)
        x = self.features(x)
        x = x.max(dim=2)[0]
        return self.head(x)


def nearest(points, k=3):
    inner = -2 * points @ points.transpose(2, 1)
    squares = (points**2).sum(dim=2, keepdim=True)
    distance = -squares - inner - squares.transpose(2, 1)
    return distance.topk(k=k, dim=-1)[1]


points, labels = torch.randn(6, 40, 3), torch.randint(0, 4, (6,))
model = PointNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits = model(points)
    loss = nn.functional.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
neighbours = nearest(points)
print(loss.item(), neighbours.shape, logits.argmax(dim=1))
