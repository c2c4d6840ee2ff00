"""What a project's files set by name, and models that are built with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.source.project import Project
from axiswise.source.settings import best_for, settings_of

COMMAND_LINE = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-f", "--freq", type=str, default="h")
parser.add_argument("--moving-avg", type=int, default=25)
parser.add_argument("--n_layers", default=2, dest="depth")
parser.add_argument("--fast", action="store_true")
parser.add_argument("--rate", default=0.5 * 2)
"""

NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self, h):
        super().__init__()
        assert h.kind == "wide" and len(h.kernels) == 2
        self.layers = nn.ModuleList([nn.Conv1d(h.bands, 16, kernel, padding=kernel // 2) for kernel in h.kernels])
        self.out = nn.Linear(h.hidden, 4)

    def forward(self, x):
        return self.out(sum(layer(x) for layer in self.layers).mean(-1))
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("setup.py").write_text("")


def test_command_lines_and_files_are_read() -> None:
    Path("run.py").write_text(COMMAND_LINE)
    Path("configs").mkdir()
    Path("configs/base.json").write_text(json.dumps({"model": {"width": 8, "sizes": [1, 2]}, "seed": 3}))
    Path("configs/other.yaml").write_text("width: 16\ndepth: 4\n")
    Path("configs/broken.json").write_text("{")
    Path("configs/lost.json").symlink_to("nowhere.json")
    Path("model.py").write_text("import torch\n")
    listed = settings_of(Project(str(Path("model.py").resolve())))
    assert [(each.place, dict(each.values)) for each in listed] == [
        ("run.py", {"freq": "h", "moving_avg": 25, "depth": 2, "fast": False}),
        ("configs/base.json", {"seed": 3}),
        ("configs/base.json", {"width": 8, "sizes": [1, 2]}),
        ("configs/other.yaml", {"width": 16, "depth": 4}),
    ]
    found = best_for(["width", "depth", "height"], listed)
    assert found is not None
    assert found.place == "configs/other.yaml"
    assert best_for(["width", "height"], listed) is None


def set_of(hidden: int) -> None:
    Path("model.py").write_text(NET)
    Path("config_v1.json").write_text(json.dumps({"kind": "wide", "kernels": [3, 5], "bands": 80, "hidden": hidden}))


def test_a_model_is_built_with_what_its_projects_files_say() -> None:
    set_of(16)
    target = check(["model.py"]).targets[0]
    assert (target.status, dict(target.inputs)) == ("checked", {"x": "Float[batch 80 time]"})
    assert any("config_v1.json" in each for each in target.assumptions)


def test_settings_that_do_not_go_with_a_model_may_be_those_of_another_and_give_way() -> None:
    set_of(12)
    report = check(["model.py"])
    assert (report.targets[0].status, report.findings) == ("checked", ())


def test_a_name_that_a_function_gives_another_value_is_not_what_it_is_at_first() -> None:
    set_of(16)
    Path("infer.py").write_text(
        "from model import Net\nh = None\n\ndef main(read):\n    global h\n    h = read()\n    return Net(h)\n"
    )
    report = check(["model.py"])
    assert [(each.status, each.reason) for each in report.targets] == [("checked", None)]
    assert not report.findings
