"""Models that cannot be checked, or not to their end: one line each, never a crash, and never called clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.render import RenderOptions, renderer
from axiswise.sandbox import Sandbox

HEAD = "import sys\nimport torch\nfrom torch import nn\n\n\n"

MODULES = {
    "a file that is not there": (
        "class Net(nn.Module):\n    def __init__(self, width=4):\n        super().__init__()\n"
        "        self.table = torch.load('weights.pt')\n\n    def forward(self, x):\n        return x @ self.table\n",
        "skipped",
        "weights.pt",
    ),
    "a path that nobody gives": (
        "class Net(nn.Module):\n    def __init__(self, path):\n        super().__init__()\n"
        "        self.table = torch.load(path)\n\n    def forward(self, x):\n        return x @ self.table\n",
        "skipped",
        "path",
    ),
    "recursion for ever": (
        "class Net(nn.Module):\n    def forward(self, x):\n        return self(x + 1)\n",
        "partial",
        "RecursionError",
    ),
    "a constructor that raises": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        raise RuntimeError('no licence')\n\n    def forward(self, x):\n        return x\n",
        "skipped",
        "no licence",
    ),
    "a constructor that exits": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        sys.exit(3)\n\n    def forward(self, x):\n        return x\n",
        "skipped",
        "SystemExit: 3",
    ),
    "a file that raises": (
        "raise ValueError('no config')\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n",
        "skipped",
        "no config",
    ),
    "keywords only it knows": (
        "class Net(nn.Module):\n    def forward(self, **batch):\n"
        "        return batch['image'] @ batch['weight'].shine()\n",
        "partial",
        "",
    ),
    "a forward that raises": (
        "class Net(nn.Module):\n    def forward(self, x):\n        raise NotImplementedError('later')\n",
        "partial",
        "later",
    ),
}


@pytest.mark.parametrize("kind", MODULES)
def test_what_cannot_be_checked_is_one_line_and_never_clean(
    kind: str, tmp_path: Path, warm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, status, reason = MODULES[kind]
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(HEAD + text)
    report = check(["net.py::Net"], Options(time_budget=40), sandbox=warm)
    (target,) = report.targets
    assert target.status in (status, "skipped", "partial")
    assert target.status != "checked"
    assert reason in (target.reason or "")
    assert "\n" not in (target.reason or "")
    assert not report.findings
    shown = renderer("concise")(report, RenderOptions())
    assert shown == f"net.py::Net: {target.reason} ({target.status})\n"


def test_a_model_that_prints_and_takes_anything_is_checked_in_silence(
    tmp_path: Path, warm: Sandbox, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(
        HEAD + "print('loading')\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        print('built', file=sys.stderr)\n        self.fc = nn.Linear(8, 2)\n\n"
        "    def forward(self, *args, **kwargs):\n        print(args)\n        return self.fc(*args)\n"
    )
    report = check(["net.py::Net"], Options(time_budget=40), sandbox=warm)
    assert [target.status for target in report.targets] == ["checked"]
    assert not report.findings
    assert capfd.readouterr() == ("", "")


DIVIDED = """class Net(nn.Module):
    def __init__(self, words, word_dim=100, type_dim=50, num_heads={heads}):
        super().__init__()
        self.table = nn.Embedding(words, word_dim + type_dim)
        self.mix = nn.MultiheadAttention(word_dim + type_dim, num_heads, batch_first=True)

    def forward(self, ids):
        x = self.table(ids)
        return self.mix(x, x, x)[0]
"""


def test_defaults_that_do_not_go_together_are_a_finding_whatever_else_was_chosen(tmp_path: Path, warm: Sandbox) -> None:
    path = tmp_path / "model.py"
    path.write_text(HEAD + DIVIDED.format(heads=8), "utf-8")
    (finding,) = check([f"{path}::Net"], sandbox=warm).findings
    assert (finding.rule, finding.fixes[0].verdict) == ("attention-heads", "verified")
    path.write_text(HEAD + DIVIDED.format(heads=6), "utf-8")
    assert check([f"{path}::Net"], sandbox=warm).findings == ()


def test_values_that_were_chosen_are_told(tmp_path: Path, warm: Sandbox) -> None:
    body = "    def forward(self, x, flag: bool, height: int):\n        return x if flag else x.repeat(1, height)\n"
    path = tmp_path / "model.py"
    path.write_text(f"{HEAD}class Net(nn.Module):\n{body}", "utf-8")
    (target,) = check([str(path)], sandbox=warm).targets
    assert target.status == "checked"
    assert target.assumptions == ("`flag` taken as False", "`height` taken as 4")


def test_a_layer_that_only_the_user_knows_is_no_ground_for_a_finding(tmp_path: Path, warm: Sandbox) -> None:
    body = (
        "    def __init__(self, block):\n        super().__init__()\n"
        "        self.block, self.low, self.high = block, nn.Linear(8, 8), nn.Linear(16, 4)\n\n"
        "    def forward(self, x):\n        return self.high(self.block(self.low(x)))\n"
    )
    path = tmp_path / "model.py"
    path.write_text(f"{HEAD}class Net(nn.Module):\n{body}", "utf-8")
    report = check([str(path)], sandbox=warm)
    assert report.findings == ()
    assert report.targets[0].status == "partial"
    assert report.targets[0].assumptions == ("`block` taken as nn.Identity()",)


def test_a_file_with_the_name_of_a_module_that_is_there_already_is_its_own(tmp_path: Path, warm: Sandbox) -> None:
    path = tmp_path / "types.py"
    path.write_text(
        f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.low = nn.Linear(8, 16)\n        self.high = nn.Linear(15, 2)\n\n"
        "    def forward(self, x):\n        return self.high(self.low(x))\n",
        "utf-8",
    )
    (finding,) = check([str(path)], sandbox=warm).findings
    assert (finding.rule, finding.fixes[0].verdict) == ("linear-in-features", "verified")
