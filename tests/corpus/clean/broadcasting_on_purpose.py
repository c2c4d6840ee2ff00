"""Broadcasts that mean what they do."""

import torch

points = torch.randn(40, 3)
centres = torch.randn(6, 3)
distances = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(dim=-1)
assignment = distances.argmin(dim=1)
one_hot = (assignment[:, None] == torch.arange(6)[None, :]).float()
moved = (one_hot.T @ points) / one_hot.sum(dim=0).clamp(min=1).unsqueeze(1)
print(moved.shape)

scores = torch.randn(8, 12)
shifted = scores - scores.max(dim=1, keepdim=True).values
probabilities = shifted.exp() / shifted.exp().sum(dim=1, keepdim=True)
print(probabilities.sum(dim=1))

grid = torch.arange(5).view(-1, 1) + torch.arange(7)
print(grid.shape, torch.outer(torch.arange(5.0), torch.arange(7.0)).shape)

square = torch.randn(9, 9)
row, column = square.mean(dim=0, keepdim=True), square.mean(dim=1, keepdim=True)
print((square - row - column + square.mean()).shape)

lower = torch.arange(9).unsqueeze(0) <= torch.arange(9).unsqueeze(1)
print(square.masked_fill(~lower, 0.0).tril().equal(square.tril()))
