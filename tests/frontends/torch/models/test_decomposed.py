"""What keeps a model from being run on symbols, or on fake tensors at all, though real torch takes it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import axiswise
from axiswise.config import Options
from axiswise.diagnosis import Target


class Padded(nn.Module):
    """Pads a sequence to whole windows."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(16, 16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, time, _ = x.shape
        windows = nn.functional.pad(self.mix(x), (0, 0, 0, -time % 8)).view(batch, -1, 8, 16)
        return windows.flatten(1, 2)[:, :time]


class Biased(nn.Module):
    """Adds a bias inside of a batched product."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = nn.Linear(16, 16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, time, _ = x.shape
        bias = torch.arange(time, dtype=x.dtype).view(1, 1, time).expand(batch, 1, time)
        return bias.baddbmm(batch1=x, batch2=self.keys(x).transpose(1, 2), beta=0.5, alpha=2.0)


class Experts(nn.Module):
    """Gives each group of rows a matrix of its own, in float32."""

    def __init__(self, given: int = 16) -> None:
        super().__init__()
        self.up = nn.Parameter(torch.zeros(4, given, 24))
        self.gate = nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, time, width = x.shape
        rows = x.reshape(-1, width)
        chosen = self.gate(rows).argmax(-1).sort().values
        ends = torch.searchsorted(chosen, torch.arange(4), right=True).to(torch.int32)
        return nn.functional.grouped_mm(rows, self.up, offs=ends).view(batch, time, 24)


def target_of(model: nn.Module) -> Target:
    return axiswise.check(model, Options(time_budget=60)).targets[0]


@pytest.mark.parametrize("make", [Padded, Biased, Experts])
def test_kernels_that_refuse_symbols_or_types_are_no_obstacle(make: type[nn.Module]) -> None:
    assert make()(torch.zeros(3, 10, 16)).shape[0] == 3  # real torch takes it
    target = target_of(make())
    assert (target.status, target.reason) == ("checked", None)
    assert target.inputs == {"x": "Float[batch time 16]"}
    assert target.holds_for == ("batch >= 1", "time >= 1")


def test_a_group_product_that_does_not_contract_is_a_fault() -> None:
    with pytest.raises(RuntimeError):
        Experts(12)(torch.zeros(3, 10, 16))
    report = axiswise.check(Experts(12), Options(time_budget=60), x="Float[batch time 16]")
    assert [finding.severity for finding in report.findings] == ["error"]
