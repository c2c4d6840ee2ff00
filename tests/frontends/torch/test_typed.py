"""`torch.LongTensor` and its like: what they make is known, on the device that they make it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check

RIGHT = """
import numpy as np
import torch
from torch import nn

Tensor = torch.cuda.FloatTensor if torch.cuda.is_available() else torch.FloatTensor
images = torch.randn(4, 1, 28, 28)
valid, noise = Tensor(images.size(0), 1).fill_(1.0), Tensor(np.random.normal(0, 1, (images.shape[0], 100)))
assert isinstance(noise, torch.cuda.FloatTensor) and not isinstance(noise, torch.FloatTensor), noise.type()
assert images.type(Tensor).is_cuda and images.type(Tensor).type() == "torch.cuda.FloatTensor"
assert noise.shape == (4, 100) and valid.shape == (4, 1)
assert torch.zeros(3).type(torch.LongTensor).dtype == torch.zeros(3).type("torch.LongTensor").dtype == torch.int64
assert torch.zeros(3).type(torch.float64).dtype == torch.float64
assert torch.LongTensor(np.array([1, 2])).tolist() == torch.LongTensor((1, 2)).tolist() == [1, 2]
assert torch.FloatTensor(torch.Size([2, 3])).shape == (2, 3) and torch.FloatTensor().shape == (0,)
assert not torch.isnan(images).any()
half, x = torch.IntTensor([16])[0], torch.randn(2, 32, 5)
print(torch.tanh(x[:, :half]) * torch.sigmoid(x[:, half:]))
print(nn.Linear(100, 3).cuda()(noise))
moved = images.cuda()
print(moved.type(torch.float64) + moved.type(torch.cuda.DoubleTensor))
rows = torch.randn(6, 5, 4)
print(torch.masked_select(rows, (rows.sum((1, 2)) > 0).view(-1, 1, 1)).view(-1, 5, 4).shape)
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_tensors_made_by_their_type_are_what_they_say() -> None:
    Path("program.py").write_text(RIGHT)
    report = check(["program.py"])
    assert (report.targets[0].status, report.targets[0].reason) == ("checked", None)
    assert not report.findings


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("nn.Embedding(2, 4)(torch.LongTensor([0, 2, 1]))", "index-out-of-range"),
        ("nn.Linear(5, 3)(torch.FloatTensor(3, 4))", "linear-in-features"),
        ("nn.Linear(4, 3)(torch.cuda.FloatTensor(3, 4))", "device-mismatch"),
        ("torch.randn(2, 9)[:, : torch.IntTensor([6])[0]] * torch.randn(2, 9)", "broadcast-mismatch"),
    ],
)
def test_what_is_made_of_them_is_followed(line: str, rule: str) -> None:
    Path("program.py").write_text(f"import torch\nfrom torch import nn\n{line}\n")
    assert [each.rule for each in check(["program.py"]).findings] == [rule]


def test_values_that_are_not_known_are_taken_for_close_and_shared_memory_for_a_matter_of_processes() -> None:
    text = "import torch\nfrom torch import nn\nm = nn.Linear(3, 4)\nm.share_memory()\nx = torch.randn(2, 3)\n"
    Path("program.py").write_text(f"{text}torch.testing.assert_close([m(x)], [m(x) + 1])\n")
    report = check(["program.py"])
    assert (report.targets[0].status, report.findings) == ("checked", ())
    Path("program.py").write_text(f"{text}torch.testing.assert_close(m(x), m(x)[:, :2])\n")
    assert [each.rule for each in check(["program.py"]).findings] == ["framework-refusal"]
