"""Models of several inputs of which nothing is told: faults of their own are found, what inputs may explain is none."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import axiswise
from axiswise.config import Options


def errors(model: nn.Module) -> list[str]:
    report = axiswise.check(model, Options(time_budget=60))
    return [each.rule for each in report.findings if each.severity == "error"]


class Decoder(nn.Module):
    """Attends from one sequence to another; `turned` says whether the keys' heads stand before their steps."""

    def __init__(self, turned: bool) -> None:
        super().__init__()
        self.turned = turned
        self.embed, self.source = nn.Embedding(100, 64), nn.Embedding(100, 64)
        self.ask, self.answer = nn.Linear(64, 64), nn.Linear(64, 128)

    def forward(self, tgt: torch.Tensor, src: torch.Tensor) -> torch.Tensor:
        x, memory = self.embed(tgt), self.source(src)
        batch, steps, width = x.shape
        q = self.ask(x).view(batch, steps, 4, -1).transpose(1, 2)
        k, v = self.answer(memory).view(batch, memory.shape[1], 2, 4, -1).unbind(2)
        if self.turned:
            k, v = k.transpose(1, 2), v.transpose(1, 2)
        mixed = (q @ k.transpose(-2, -1)).softmax(-1) @ v
        return mixed.transpose(1, 2).reshape(batch, steps, width)


class Masked(nn.Module):
    """Ends in a layer of `width` inputs, behind attention under a mask; 64 would be right."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(64, 192), nn.Linear(width, 64)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, steps, width = x.shape
        q, k, v = (each.view(batch, steps, 4, 16).transpose(1, 2) for each in self.qkv(x).chunk(3, dim=-1))
        scores = (q @ k.transpose(-2, -1) / 4).masked_fill(mask[:, None, None, :] == 0, -1e9)
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, steps, width))


class Fused(nn.Module):
    """Classifies what an image and its words give together: 32 and 48 features."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.look = nn.Sequential(nn.Conv2d(3, 32, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.embed, self.read = nn.Embedding(500, 24), nn.GRU(24, 48, batch_first=True)
        self.head = nn.Linear(width, 5)

    def forward(self, image: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        _, state = self.read(self.embed(tokens))
        return self.head(torch.cat([self.look(image), state[-1]], dim=1))


class Denoiser(nn.Module):
    """Adds a moment's embedding to a map, with axes for its sides or without."""

    def __init__(self, spread: bool) -> None:
        super().__init__()
        self.spread = spread
        self.time, self.enter, self.leave = nn.Embedding(1000, 32), nn.Conv2d(3, 32, 3), nn.Conv2d(32, 3, 3)

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        moment = self.time(t)
        return self.leave(self.enter(x) + (moment[:, :, None, None] if self.spread else moment))


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (Decoder(turned=False), ["batch-mismatch"]),
        (Decoder(turned=True), []),
        (Masked(16), ["linear-in-features"]),
        (Masked(64), []),
        (Fused(64), ["linear-in-features"]),
        (Fused(80), []),
        (Denoiser(spread=False), ["broadcast-mismatch"]),
        (Denoiser(spread=True), []),
    ],
)
def test_faults_of_the_models_own_are_found(model: nn.Module, found: list[str]) -> None:
    assert sorted(set(errors(model))) == found


class Labelled(nn.Module):
    """Its text is out of date: classes come as one number an example."""

    def __init__(self) -> None:
        super().__init__()
        self.label, self.time = nn.Embedding(10, 16), nn.Linear(1, 16)

    def forward(self, moments: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Embed.

        Args:
            moments: of shape (batch_size, 1).
            labels: of shape (batch_size, num_classes).
        """
        return self.time(moments) + self.label(labels)


def test_a_text_that_is_out_of_date_makes_no_fault() -> None:
    Labelled()(torch.zeros(6, 1), torch.zeros(6, dtype=torch.long))
    assert errors(Labelled()) == []
