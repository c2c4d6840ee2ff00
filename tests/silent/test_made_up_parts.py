"""What a part that was made up does is no fault of who is given another one: it is a note, not a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.sandbox import Sandbox

WRAPPER = """
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, width: int = 16, causal: bool = False) -> None:
        super().__init__()
        self.causal, self.qkv = causal, nn.Linear(width, 3 * width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)


class Next(nn.Module):
    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.mse_loss(self.net(x[:, :-1]), x[:, 1:])
"""


@pytest.mark.parametrize(
    ("use", "severities"),
    [("", ["note"]), ("\n\nmodel = Next(Net(16))\n", ["warning"]), ("\n\nmodel = Next(Net(16, causal=True))\n", [])],
    ids=["made up", "as it is used", "as it is used, and right"],
)
def test_a_warning_is_of_what_a_project_builds(use: str, severities: list[str], tmp_path: Path, warm: Sandbox) -> None:
    path = tmp_path / "model.py"
    path.write_text(WRAPPER + use)
    report = check([str(path)], sandbox=warm)
    assert [(each.rule, each.severity) for each in report.findings] == [("visible-target", each) for each in severities]
