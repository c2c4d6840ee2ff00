"""What a user's file reckons with sizes holds for every size: its numbers, `len`, `int`, roots and loops' bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.sandbox import Sandbox

MODULE = """import math
import torch
import torch.nn.functional as F
from torch import nn

HALVES = 2


class Reckons(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(64, 8)

    def forward(self, x):
        b, t, d = x.shape
        return {result}
"""


@pytest.mark.parametrize(
    ("result", "claims"),
    [
        ("x.new_zeros(b, 2 * t - 1, d)", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x / (t + 1) + t ** 2 % 7 - (-d)", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x[:, : t // HALVES] + x[:, t // HALVES : t // HALVES * 2]", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x if t == 1 or 1 == b else x.transpose(1, 2)", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x / math.sqrt(d) + float(t) + math.log(t)", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x.reshape(len(x), t * d) * (HALVES / 4)", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x.new_zeros(b, int(t * 0.5), round(d / 2))", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x * (3 / HALVES * t)", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x.new_zeros(b, *divmod(t, 4), math.ceil(t / 4))", ["b >= 1", "t >= 1", "d >= 1"]),
        ("torch.autograd.grad(x.square(), x, torch.ones_like(x))[0][:, : t // 2]", ["b >= 1", "t >= 1", "d >= 1"]),
        ("x[..., :1].add(self.table(torch.arange(t)))", ["b >= 1", "t <= 64", "d >= 1"]),
    ],
)
def test_sizes_that_a_file_reckons_with_stay_open(
    result: str, claims: list[str], tmp_path: Path, warm: Sandbox
) -> None:
    file = tmp_path / "reckons.py"
    file.write_text(MODULE.format(result=result))
    report = check([f"{file}::Reckons"], Options(), sandbox=warm)
    (target,) = report.targets
    assert not report.findings
    assert sorted(target.holds_for) == sorted(claims)
