"""Ratings predicted by factors and biases of users and items."""

import torch
from torch import nn

torch.manual_seed(14)
users, items, rank = 30, 50, 8


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.user, self.item = nn.Embedding(users, rank), nn.Embedding(items, rank)
        self.user_bias, self.item_bias = nn.Embedding(users, 1), nn.Embedding(items, 1)
        self.mean = nn.Parameter(torch.zeros(1))

    def forward(self, u, i):
        dot = (self.user(u) * self.item(i)).sum(dim=1)
        return dot + self.user_bias(u).squeeze(1) + self.item_bias(i).squeeze(1) + self.mean


u, i = torch.randint(0, users, (24,)), torch.randint(0, items, (24,))
ratings = torch.rand(24) * 4 + 1
model = Factors()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for _ in range(2):
    predicted = model(u, i)
    loss = nn.functional.mse_loss(predicted, ratings)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
error = (predicted - ratings).abs().mean()
print(loss.item(), error.item())
