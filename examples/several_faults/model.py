"""A video tagger with a text encoder, a frame encoder, a fusion step and a loss."""

import torch
from torch import nn


class FrameEncoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.stem = nn.Conv2d(3, 24, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(24)
        self.deep = nn.Conv2d(32, width, 3, stride=2, padding=1)

    def forward(self, frames):
        features = torch.relu(self.norm(self.stem(frames)))
        return self.deep(features).mean(dim=(2, 3))


class TextEncoder(nn.Module):
    def __init__(self, vocabulary, width, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.project = nn.Linear(hidden, width)

    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))
        return self.project(states[:, -1])


class Fusion(nn.Module):
    def __init__(self, width, labels):
        super().__init__()
        self.mix = nn.Linear(2 * width, width)
        self.classify = nn.Linear(width, labels)

    def forward(self, seen, read):
        joined = torch.cat([seen, read], dim=0)
        mixed = torch.tanh(self.mix(joined))
        return self.classify(mixed)


frame_encoder = FrameEncoder(width=64)
text_encoder = TextEncoder(vocabulary=1000, width=64, hidden=48)
fusion = Fusion(width=64, labels=12)

frames = torch.rand(16, 3, 56, 56)
tokens = torch.randint(0, 1000, (16, 20))
tags = torch.randint(0, 2, (16, 10)).float()

logits = fusion(frame_encoder(frames), text_encoder(tokens))
loss = nn.functional.binary_cross_entropy_with_logits(logits, tags)
loss.backward()
print(loss.item())
