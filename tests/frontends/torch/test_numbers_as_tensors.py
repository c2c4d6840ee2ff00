"""Numbers that are given as tensors of one whole number: torch takes them, and so do the contracts."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from axiswise.checking import check
from axiswise.sandbox import Sandbox

CALLS = (
    "F.pad(x, [n, n])",
    "F.pad(x, (n, 0))",
    "x.repeat(n, 1, 1)",
    "torch.split(x, n, 1)[0]",
    "x.permute(one, zero, n)",
    "x.movedim(zero, n)",
    "x.transpose(zero, one)",
    "torch.rot90(x, n, (0, 1))",
    "x.unsqueeze(n)",
    "torch.fft.rfft(x, dim=n)",
    "x.narrow(1, one, n)",
    "torch.roll(x, (n, n), (0, 1))",
)


@pytest.mark.parametrize("call", CALLS)
def test_a_number_that_is_given_as_a_tensor_is_a_number(call: str, tmp_path: Path, warm: Sandbox) -> None:
    x, n, one, zero = torch.randn(2, 4, 6), torch.tensor(2), torch.tensor(1), torch.tensor(0)
    width = eval(call, {"F": F, "torch": torch}, {"x": x, "n": n, "one": one, "zero": zero}).shape[-1]
    program = tmp_path / "program.py"
    program.write_text(
        "import torch\nimport torch.nn.functional as F\n\n"
        "x, n, one, zero = torch.randn(2, 4, 6), torch.tensor(2), torch.tensor(1), torch.tensor(0)\n"
        f"y = {call}\n"
        f"print(torch.nn.Linear({width + 1}, 3)(y.real))\n"
    )
    report = check([str(program)], sandbox=warm)
    (target,), (finding,) = report.targets, report.findings
    assert (target.status, finding.rule) == ("checked", "linear-in-features")
    assert f"takes {width + 1} features, but" in finding.message
    assert f"has {width}" in finding.message
