"""A program that asks the framework and handles the answer, and one that looks at a tensor before it acts."""

import torch
from torch import nn


def takes(layer, width):
    try:
        layer(torch.zeros(1, width))
    except RuntimeError:
        return False
    return True


layer = nn.Linear(20, 4)
width = next(n for n in range(16, 32) if takes(layer, n))
print("the layer takes", width)


def flat_size(features, image_size):
    with torch.no_grad():
        return features(torch.zeros(1, 3, image_size, image_size)).numel()


features = nn.Sequential(nn.Conv2d(3, 8, 5, stride=2), nn.ReLU(), nn.MaxPool2d(2))
head = nn.Linear(flat_size(features, 33), 4)
print(head(features(torch.randn(6, 3, 33, 33)).flatten(1)).shape)

x = torch.randn(6, 20)
if x.mean() > 0:
    x = x.clamp(min=0)
elif x.std().item() > 10:
    x = x / 10
while x.norm() > 1:
    x = x / 2
print(layer(x).shape if torch.isfinite(x).all() else "not finite")
