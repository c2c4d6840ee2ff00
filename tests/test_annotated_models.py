"""Models with annotations, and models whose inputs are given: both bind, and what is guessed gives way to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Report
from axiswise.sandbox import Sandbox

TEXT = """
import torch
from torch import Tensor, nn
from jaxtyping import Float


class Inner(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x: Float[Tensor, "batch {self.width} 20"]) -> Float[Tensor, "batch {self.width}"]:
        return x.mean(-1)


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Inner(6)

    def forward(self, signal):
        return self.inner(signal)


class Wrong(nn.Module):
    def forward(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch width"]:
        return x.mean(-1)
"""


def found(tmp_path: Path, warm: Sandbox, part: str, *inputs: str) -> Report:
    (tmp_path / "net.py").write_text(TEXT)
    return check([f"{tmp_path}/net.py::{part}"], Options(time_budget=60, inputs=inputs, cache=False), sandbox=warm)


def test_a_guess_gives_way_to_an_annotation_within(tmp_path: Path, warm: Sandbox) -> None:
    report = found(tmp_path, warm, "Outer")
    assert not report.findings
    assert report.targets[0].status == "checked"
    assert report.targets[0].inputs["signal"].endswith(" 6 20]")


def test_what_a_model_returns_is_held_against_its_annotation(tmp_path: Path, warm: Sandbox) -> None:
    report = found(tmp_path, warm, "Wrong")
    assert [(each.rule, each.severity, each.silent) for each in report.findings] == [
        ("annotation-mismatch", "warning", True)
    ]
    assert report.targets[0].inputs == {"x": "Float[batch time width]"}


@pytest.mark.parametrize(
    ("text", "rules"),
    [("signal: Float[batch 6 20]", []), ("signal: Float[batch 6 21]", ["annotation-mismatch"])],
)
def test_an_input_that_is_given_is_not_corrected(tmp_path: Path, warm: Sandbox, text: str, rules: list[str]) -> None:
    report = found(tmp_path, warm, "Outer", text)
    assert [each.rule for each in report.findings] == rules
    assert report.targets[0].inputs == {"signal": text.partition(": ")[2]}


def test_an_input_that_a_model_does_not_take_is_told(tmp_path: Path, warm: Sandbox) -> None:
    (target,) = found(tmp_path, warm, "Outer", "tokens: Int[batch]").targets
    assert (target.status, target.reason) == ("skipped", "`Outer` takes no argument `tokens`")
