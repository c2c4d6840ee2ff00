"""Evaluation is run where it may be another thing than training, and only there."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import axiswise
from axiswise.frontends.torch.models.unchanged import evaluates_alike


class Layer(nn.Module):
    def __init__(self, width: int = 16, taken: int = 16) -> None:
        super().__init__()
        self.mix, self.scale = nn.Linear(width, width), nn.Linear(taken, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.mix(x)


class Asking(Layer):
    """Goes another way where it is not trained."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) if self.training else self.scale(x)


class Switched(Layer):
    """Is told that it will be evaluated, and keeps that under another name."""

    plain = True

    def train(self, mode: bool = True) -> Switched:
        self.plain = mode
        return super().train(mode)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) if self.plain else self.scale(x)


class Deep(nn.Module):
    """So many layers that those met again are not run again."""

    def __init__(self, last: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList([*(Layer() for _ in range(50)), last])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


@pytest.mark.parametrize("kind", [Asking, Switched])
def test_deep_models_are_evaluated_where_that_is_another_way(kind: type[Layer]) -> None:
    report = axiswise.check(Deep(kind(16, taken=24)))
    assert [finding.rule for finding in report.findings] == ["linear-in-features"]
    assert not axiswise.check(Deep(kind(16))).findings


def test_the_mode_is_a_matter_of_those_that_ask_and_of_those_that_are_told() -> None:
    plain, told = Deep(Layer()), Deep(Switched())
    assert evaluates_alike(plain, mode_read=False)
    assert not evaluates_alike(plain, mode_read=True)
    assert evaluates_alike(plain.eval(), mode_read=True)
    assert not evaluates_alike(told, mode_read=False)
    assert not evaluates_alike(told.eval(), mode_read=False)
