"""Packages that are not installed, files that are not there, a project's own packages: what needs none of them is
checked, and what does says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.diagnosis import Report

NET = """
class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.first, self.second = nn.Linear(width, 64), nn.Linear(48, 10)

    def forward(self, x):
        return self.second(self.first(x))
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setup.py").write_text("")


def report_of(text: str, path: str = "program.py") -> Report:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return check([path])


def statuses(report: Report) -> dict[str, tuple[str, str | None]]:
    return {each.target.rpartition("::")[2]: (each.status, each.reason) for each in report.targets}


def rules(report: Report) -> list[str]:
    return [each.rule for each in report.findings]


def test_a_model_is_checked_without_a_package_that_its_file_imports() -> None:
    report = report_of(
        "import nowhere.filters\nfrom nowhere.layers import Norm\nimport nowhere as nw\nfrom torch import nn\n"
        'nw.use("quietly")\nnw.settings["width"] = 3\n' + NET
    )
    assert rules(report) == ["linear-in-features"]
    assert statuses(report)["Net"] == ("checked", None)


@pytest.mark.parametrize(
    "body",
    [
        "self.first = Norm(width)",
        "self.first = nn.Sequential(nn.Linear(width, 8), Norm(width))",
        "self.first = nn.Linear(Norm(width).width, 8)",
        "self.first = nn.Linear(len(Norm(width)), 8)",
    ],
)
def test_what_needs_a_package_says_so(body: str) -> None:
    report = report_of(
        "import torch\nfrom torch import nn\nfrom nowhere.layers import Norm\nclass Net(nn.Module):\n"
        f"    def __init__(self, width=8):\n        super().__init__()\n        {body}\n"
        "    def forward(self, x):\n        return torch.relu(self.first(x)) + 1\n"
    )
    status, reason = statuses(report)["Net"]
    assert not report.findings
    assert status in ("skipped", "partial")
    assert "needs the package nowhere, which is not installed" in str(reason)


def test_a_class_of_a_package_that_is_not_there_leaves_the_others() -> None:
    report = report_of(
        "import nowhere\nfrom torch import nn\nclass Lit(nowhere.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 4)\n"
        "    def forward(self, x):\n        return self.fc(x)\n" + NET
    )
    assert rules(report) == ["linear-in-features"]
    assert statuses(report)["Lit"] == ("skipped", "needs the package nowhere, which is not installed")


def test_a_script_goes_on_past_what_a_missing_package_does_and_is_told_in_part() -> None:
    report = report_of(
        "import torch\nfrom torch import nn\nimport nowhere.pyplot as plt\n"
        'figure = plt.figure(figsize=(3, 4))\nplt.title("loss")\nx = nn.Linear(4, 5)(torch.randn(3, 4))\n'
        "plt.plot(x.detach().numpy())\nplt.show()\nnn.Linear(6, 2)(x)\n"
    )
    assert rules(report) == ["linear-in-features"]
    status, reason = statuses(report)["program.py"]
    assert status == "partial"
    assert str(reason).startswith("needs the package nowhere, which is not installed")


@pytest.mark.parametrize("line", ["for each in nowhere.data(): pass", "if nowhere.ready(): pass", "x + nowhere.one"])
def test_a_script_ends_where_a_value_of_a_missing_package_is_needed(line: str) -> None:
    report = report_of(f"import torch\nimport nowhere\nx = torch.randn(3, 4)\n{line}\nx @ x\n")
    status, reason = statuses(report)["program.py"]
    assert not report.findings
    assert (status, reason) == ("partial", "stopped at line 4: needs the package nowhere, which is not installed")


@pytest.mark.parametrize(
    "guarded",
    [
        "try:\n    import nowhere\nexcept ImportError:\n    nowhere = None",
        "from contextlib import suppress\nnowhere = None\nwith suppress(ImportError):\n    import nowhere",
        "import importlib.util\nnowhere = importlib.util.find_spec('nowhere')",
        "try:\n    import part\nexcept Exception:\n    nowhere = None",
    ],
)
def test_an_import_that_the_program_guards_fails_as_it_does(guarded: str) -> None:
    Path("part.py").write_text("import nowhere\n")
    report = report_of(f"import torch\n{guarded}\nassert nowhere is None\nx = torch.randn(3, 4)\nx @ x\n")
    assert rules(report) == ["matmul-contraction"]
    assert statuses(report)["program.py"] == ("checked", None)


def test_a_model_is_checked_though_its_file_works_on_data_that_is_not_there() -> None:
    report = report_of(
        "import json\nfrom torch import nn\nwords = json.load(open('words.json'))\nnumber = len(words)\n"
        f"{NET}\nnet = Net(number)\nfor word in words:\n    net(word)\n"
    )
    assert rules(report) == ["linear-in-features"]
    net = next(each for each in report.targets if each.target.endswith("Net"))
    assert net.status == "checked"
    assert any("line 3 of program.py was left out: FileNotFoundError" in each for each in net.assumptions)


def test_a_model_that_cannot_be_defined_is_told_with_what_failed() -> None:
    report = report_of(
        "import json\nfrom torch import nn\nsizes = json.load(open('sizes.json'))\nclass Net(nn.Module):\n"
        "    width = sizes['width']\n    def forward(self, x):\n        return x\n"
    )
    status, reason = statuses(report)["Net"]
    assert status == "skipped"
    assert "sizes.json" in str(reason)


@pytest.mark.parametrize("script", ["scripts/train.py", "nets/train.py", "program.py"])
def test_a_projects_own_package_is_there_from_everywhere_in_it(script: str) -> None:
    Path("nets").mkdir()
    Path("nets/__init__.py").write_text("")
    Path("nets/net.py").write_text("from torch import nn\n" + NET)
    report = report_of("import torch\nfrom nets.net import Net\nNet()(torch.randn(3, 32))\n", script)
    assert rules(report) == ["linear-in-features"]


def test_a_file_of_a_package_runs_as_a_part_of_it() -> None:
    Path("nets").mkdir()
    Path("nets/__init__.py").write_text("")
    Path("nets/net.py").write_text("from torch import nn\n" + NET)
    report = report_of("import torch\nfrom .net import Net\nNet()(torch.randn(3, 32))\n", "nets/train.py")
    assert rules(report) == ["linear-in-features"]


def test_a_module_by_its_base_elsewhere_is_told_of_though_it_cannot_be_built() -> None:
    Path("base.py").write_text("from torch import nn\nclass Base(nn.Module):\n    pass\nclass Plain:\n    pass\n")
    report = report_of(
        "from base import Base, Plain\nclass Net(Base):\n    def __init__(self, columns):\n        super().__init__()\n"
        "        self.names = columns.names.of('wide')\n    def forward(self, x):\n        return x\n"
        "class Other(Plain):\n    def __init__(self, columns):\n        self.names = columns.names.of('wide')\n"
        "    def forward(self, x):\n        return x\n"
    )
    assert list(statuses(report)) == ["Net"]
    assert statuses(report)["Net"][0] == "skipped"
