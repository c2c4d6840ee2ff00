"""What is kept of a check, and when it is not taken up again."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Edit, Fix, Report, Target
from axiswise.origin import Span
from axiswise.remembering import Memory, name_of, recalled, remember
from axiswise.sandbox import Sandbox

MODEL = "from torch import nn\n\n\nclass Net(nn.Module):\n    pass\n"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "project" / "model.py"
    path.parent.mkdir()
    path.write_text(MODEL, "utf-8")
    return path


def memory() -> Memory:
    span = Span("model.py", 3, 4, 3, 8)
    fix = Fix("set it to 4", (Edit(span, "4"),), verdict="verified", holds_for="every batch >= 1")
    found = Diagnosis("linear-in-features", "`self.a` takes 3 features, but `x` has 4", span, fixes=(fix,))
    target = Target("model.py::Net", "checked", inputs={"x": "Float[batch 4]"}, holds_for=("batch >= 1",), ops=7)
    return Memory(Report((target,), (found,)), ("Net", "forward"), is_module=True)


def test_what_is_kept_comes_back_whole(model: Path) -> None:
    name = name_of(str(model), "Net", Options())
    assert recalled(name) is None
    remember(name, memory())
    assert recalled(name) == memory()


@pytest.mark.parametrize("change", ["itself", "neighbour", "settings", "part", "options"])
def test_another_name_once_anything_differs(model: Path, change: str) -> None:
    before = name_of(str(model), "Net", Options())
    assert before == name_of(str(model), "Net", Options(all=True, verbose=True, format="json"))
    part, options = "Net", Options()
    if change == "itself":
        model.write_text(MODEL + "\n", "utf-8")
    elif change == "neighbour":
        model.with_name("use.py").write_text("from model import Net\nnet = Net()\n", "utf-8")
    elif change == "settings":
        model.with_name("config.yaml").write_text("dim: 64\n", "utf-8")
    elif change == "part":
        part = "Other"
    else:
        options = Options(inputs=("x: Float[batch 4]",))
    assert name_of(str(model), part, options) != before


@pytest.mark.parametrize("data", [b"", b"nonsense", pickle.dumps(os.getcwd), pickle.dumps("text")])
def test_what_cannot_be_read_is_not_there(model: Path, data: bytes) -> None:
    name = name_of(str(model), "Net", Options())
    remember(name, memory())
    (entry,) = Path(os.environ["XDG_CACHE_HOME"], "axiswise").iterdir()
    entry.write_bytes(data)
    assert recalled(name) is None


def test_a_folder_that_cannot_be_made_keeps_nothing(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(model))
    remember("name", memory())
    assert recalled("name") is None


def test_an_unchanged_model_is_not_run_again(model: Path, warm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    model.write_text(
        "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a, self.b = nn.Linear(8, 16), nn.Linear(15, 4)\n\n"
        "    def forward(self, x):\n        return self.b(self.a(x))\n",
        "utf-8",
    )
    first = check([str(model)], sandbox=warm)
    assert [finding.rule for finding in first.findings] == ["linear-in-features"]
    assert first.findings[0].fixes[0].verdict == "verified"

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("it was run")

    monkeypatch.setattr(Sandbox, "iterate", refused)
    assert check([str(model)], sandbox=warm) == first
    with pytest.raises(AssertionError, match="it was run"):
        check([str(model)], Options(cache=False), sandbox=warm)
