"""A small image model and one forward pass."""

import torch
from torch import nn


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classify = nn.Linear(256, 10)

    def forward(self, images):
        return self.classify(self.features(images).flatten(1))


def images():
    return torch.rand(32, 1, 28, 28)


if __name__ == "__main__":
    print(Digits()(images()).shape)
