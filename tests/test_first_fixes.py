"""Of fixes that all make a model run, the first one leaves what its names and numbers say."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.sandbox import Sandbox
from axiswise.source.edit import apply_to_text

HEAD = "import torch\nfrom einops.layers.torch import Rearrange\nfrom torch import nn\n\n"

NARROW = """
class Ward(nn.Module):
    def __init__(self, width=24, {wide}):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width, {first}), nn.GELU(), nn.Linear({second}, width))

    def forward(self, beds):
        return beds + self.net(beds)


class Net(nn.Module):
    def __init__(self, width=26, places=20):
        super().__init__()
        self.enter = nn.Linear(8, width)
        self.places = nn.Parameter(torch.zeros(1, {shape}))
        self.word = nn.Parameter(torch.zeros(1, 1, width))
        self.ward = Ward(width)

    def forward(self, signal):
        x = self.enter(signal)
        return self.ward(x + self.places[:, : x.shape[1]]) + self.word
"""
TABLE = "places, width"
PATCHED = """
class Net(nn.Module):
    def __init__(self, image_size=24, patch=6, channels=5, width=16):
        super().__init__()
        patch_width = channels * patch * patch
        self.cut = Rearrange("b c (h p) (w q) -> b (h w) (p q c)", p=patch, q=patch)
        self.norm, self.embed = nn.LayerNorm(2 * patch_width), nn.Linear(patch_width, width)
        self.places = nn.Parameter(torch.zeros(1, (image_size // patch) ** 2, width))

    def forward(self, img):
        return self.embed(self.norm(self.cut(img))) + self.places
"""
ENTERED = """
class Net(nn.Module):
    def __init__(self, words=50, width=16, dim_head=32):
        super().__init__()
        self.table, self.enter = nn.Embedding(words, width), nn.Linear(width, {width})
        self.norm = nn.LayerNorm(width)
        self.word = nn.Parameter(torch.zeros(1, 1, width))

    def forward(self, input_ids):
        x = self.norm(torch.relu(self.enter(self.table(input_ids))))
        return torch.cat((self.word.expand(x.shape[0], -1, -1), x), 1)
"""
WRAPPED = """
class Net(nn.Module):
    def __init__(self, width=32, taken=8, given=12, inside=None):
        super().__init__()
        self.enter = inside or (nn.Linear(taken, width) if taken != width else nn.Identity())
        self.mix = nn.Linear(width, width)
        self.leave = nn.Linear(width, given) if given != width else nn.Identity()

    def forward(self, x):
        x = torch.relu(self.mix(self.enter(x)))
        return self.enter(x)
"""

CASES = {
    "a parameter that nothing would read any more": (
        NARROW.format(wide="inner=72", first="width", second="inner", shape=TABLE),
        "self.net = nn.Sequential(nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, width))",
    ),
    "a multiplier, which is no width": (
        NARROW.format(wide="mult=3", first="mult", second="width * mult", shape=TABLE),
        "self.net = nn.Sequential(nn.Linear(width, width * mult), nn.GELU(), nn.Linear(width * mult, width))",
    ),
    "a table beside a single place": (
        NARROW.format(wide="inner=72", first="inner", second="inner", shape="places, width // 2"),
        "self.places = nn.Parameter(torch.zeros(1, places, width))",
    ),
    "a layer of either kind, which nothing calls": (WRAPPED, "return self.leave(x)"),
    "a norm that other channels would make up for, though the model says how many there are": (
        PATCHED,
        "self.norm, self.embed = nn.LayerNorm(patch_width), nn.Linear(patch_width, width)",
    ),
    "one edit that mends two findings": (
        ENTERED.format(width="2 * width"),
        "self.table, self.enter = nn.Embedding(words, width), nn.Linear(width, width)",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_fix_writes_what_was_meant(case: str, tmp_path: Path, warm: Sandbox) -> None:
    text, meant = CASES[case]
    path = tmp_path / "model.py"
    path.write_text(HEAD + text, "utf-8")
    report = check([f"{path}::Net"], Options(time_budget=60), sandbox=warm)
    assert len(report.findings) == 1, report.targets[0].reason
    fix = report.findings[0].fixes[0]
    assert fix.verdict != "unverified", fix.title
    assert meant in [line.strip() for line in apply_to_text(HEAD + text, fix.edits).splitlines()]
