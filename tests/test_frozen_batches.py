"""A model that is written for one batch is checked with that one, and what it asks of the batch is told."""

from __future__ import annotations

from pathlib import Path

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Target
from axiswise.sandbox import Sandbox

RECURRENT = """import torch
from torch import nn


class Listener(nn.Module):
    def __init__(self, batch_size=20):
        super().__init__()
        self.rnn, self.head = nn.GRU(8, 12, batch_first=True), nn.Linear(12, 3)
        self.register_buffer("start", torch.zeros(1, batch_size, 12))

    def forward(self, x):
        states, _ = self.rnn(x, self.start)
        return self.head(states[:, -1])
"""
FLATTENED = """import torch
from torch import nn


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps, self.head = nn.Conv2d(1, 4, 3, padding=1), nn.Linear(4 * 28 * 28, 10)

    def forward(self, images):
        return self.head(self.maps(images).view(50, -1))
"""


def checked(text: str, folder: Path, sandbox: Sandbox) -> tuple[Target, list[str]]:
    path = folder / "model.py"
    path.write_text(text)
    report = check([str(path)], Options(), sandbox=sandbox)
    return report.targets[0], [f"{each.rule}: {each.fixes[0].title}" for each in report.findings]


def test_a_state_of_one_batch_is_a_limit(tmp_path: Path, warm: Sandbox) -> None:
    target, found = checked(RECURRENT, tmp_path, warm)
    assert target.status == "checked"
    assert target.inputs["x"].startswith("Float[20 ")
    assert found == []


def test_a_batch_written_into_a_view_is_a_finding_with_a_fix_for_every_batch(tmp_path: Path, warm: Sandbox) -> None:
    target, found = checked(FLATTENED, tmp_path, warm)
    assert target.status == "checked"
    assert found == ["frozen-batch: keep the batch, whatever it is"]


TURNED = """import torch
from torch import nn


class Turned(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.width, self.enter, self.out = width, nn.Linear(10, width), nn.Linear(width, 3)

    def forward(self, x):
        B, T, _ = x.shape
        return self.out(self.enter(x).reshape(self.width, T, B))
"""


def test_a_batch_that_is_read_off_the_input_is_no_other_number_in_front_of_a_shape(
    tmp_path: Path, warm: Sandbox
) -> None:
    _, found = checked(TURNED, tmp_path, warm)
    assert found == ["linear-in-features: exchange the sizes 0 and 2 of reshape"]
