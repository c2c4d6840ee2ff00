"""Files that only define classes: what fails whatever they are built with is a fault, and mended in their own names."""

from __future__ import annotations

from pathlib import Path

import pytest

import axiswise
from axiswise.config import Options
from axiswise.diagnosis import Report

CORPUS = Path(__file__).parent / "corpus" / "modules" / "broken" / "chosen.py"

EQUAL = """import torch
import torch.nn.functional as F
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, dim, hidden_dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim, hidden_dim), nn.GELU(), nn.Linear(dim, dim))

    def forward(self, x):
        return x + self.net(x)


class Normed(nn.Module):
    def __init__(self, in_ch, out_ch):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(in_ch, out_ch, 3, padding=1), nn.BatchNorm2d(in_ch)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Residual(nn.Module):
    def __init__(self, in_ch, out_ch):
        super().__init__()
        self.conv = nn.Conv2d(in_ch, out_ch, 3, padding=1)

    def forward(self, x):
        return x + self.conv(x)
"""


def checked(path: Path, *names: str) -> Report:
    return axiswise.check([f"{path}::{name}" for name in names], Options(cache=False, time_budget=60))


@pytest.mark.parametrize(
    ("name", "rule", "fix"),
    [
        ("Norm", "norm-features", "set norm's normalized_shape to d_model"),
        ("Attn", "linear-in-features", "set out's in_features to self.d * n_heads"),
        ("Joined", "linear-in-features", "set fc's in_features to dim * 2"),
        ("GPTBlock", "shape-unpack", "set c_attn's out_features to n_embd * 3"),
        ("Heads", "matmul-contraction", "transpose k"),
    ],
)
def test_no_arguments_would_do(name: str, rule: str, fix: str) -> None:
    (finding,) = checked(CORPUS, name).findings
    assert (finding.rule, finding.severity) == (rule, "error")
    assert (finding.fixes[0].title, finding.fixes[0].verdict) == (fix, "verified")


def test_arguments_that_would_have_to_be_equal_are_a_note(tmp_path: Path) -> None:
    file = tmp_path / "blocks.py"
    file.write_text(EQUAL)
    found = {each.rule: each for each in checked(file, "FeedForward", "Normed", "Residual").findings}
    assert {rule: each.severity for rule, each in found.items()} == {
        "linear-in-features": "note",
        "norm-features": "note",
    }
    assert found["linear-in-features"].fixes[0].title == "set self.net[2]'s in_features to hidden_dim"
    assert found["norm-features"].fixes[0].title == "set norm's num_features to out_ch"
    assert found["norm-features"].notes[-1].message.endswith("it runs with `out_ch` taken as 16")
