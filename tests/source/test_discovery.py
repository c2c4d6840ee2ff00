"""What a file defines that takes tensors, and which of it is run first."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.source.discovery import Definition, definitions, outermost_first
from axiswise.source.project import Project, module_name, python_files
from axiswise.source.text import SourceFile


def found(text: str) -> dict[str, Definition]:
    return {each.name: each for each in definitions(SourceFile("model.py", text))}


@pytest.mark.parametrize(
    ("text", "takes", "runs"),
    [
        ("class A(nn.Module):\n    def forward(self, x): return x", True, True),
        ("class A(torch.nn.Module):\n    pass", True, False),
        ("class A(pl.LightningModule):\n    def forward(self, x): return x", True, True),
        ("class A(nn.Sequential):\n    pass", None, True),
        ("class A(Elsewhere):\n    pass", None, True),
        ("class A(B):\n    pass\nclass B(nn.Module):\n    def forward(self, x): return x", True, True),
        ("class A(B):\n    pass\nclass B(A):\n    pass", False, False),
        ("class A:\n    pass", False, False),
        ("class A(Enum):\n    pass", False, True),
        ("class A(nn.Module):\n    def forward(self, x):\n        raise NotImplementedError", True, False),
        ("class A(nn.Module, ABC):\n    @abstractmethod\n    def forward(self, x): ...", True, False),
        ("try:\n    import b\nexcept E:\n    class A(nn.Module):\n        def forward(self, x): pass", True, True),
    ],
)  # fmt: skip
def test_classes(text: str, takes: bool | None, runs: bool) -> None:
    assert (found(text)["A"].takes_tensors, found(text)["A"].runs) == (takes, runs)


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("def f(x: torch.Tensor): return x", True),
        ("def f(x: Float[Tensor, 'b t']): return x", True),
        ("def f(x: Optional[Tensor] = None): return x", True),
        ("def f(q, k): return q @ k.transpose(-1, -2)", True),
        ("def f(x): return torch.cat([x, x])", False),
        ("def f(x): return torch.softmax(x, -1)", True),
        ("def f(x): return F.relu(x)", True),
        ("def f(t): return rearrange(t, 'b n d -> b d n')", True),
        ("def f(x): return x.unsqueeze(0)", True),
        ("def f(n): return torch.zeros(n, 4)", False),
        ("def f(path): return torch.load(path)", False),
        ("def f(dim: int): return nn.Linear(dim, dim)", False),
        ("def f(dim): return nn.Linear(dim, dim)", False),
        ("def f(text): return text.split()", False),
    ],
)
def test_functions(text: str, takes: bool) -> None:
    assert found(text)["f"].takes_tensors is takes


def test_what_runs_in_others_comes_after_them() -> None:
    text = "class Block(nn.Module): pass\nclass Net(nn.Module):\n    x = Stage\nclass Stage(nn.Module):\n    x=Block\n"
    assert [each.name for each in outermost_first(tuple(found(text).values()))] == ["Net", "Stage", "Block"]


def test_definitions_that_use_each_other_are_all_kept() -> None:
    text = "def f(x): return g(x)\ndef g(x): return f(x)\n"
    assert {each.name for each in outermost_first(tuple(found(text).values()))} == {"f", "g"}


def test_main_blocks_define_nothing() -> None:
    assert found("if __name__ == '__main__':\n    class A(nn.Module): pass\n") == {}


def test_files_of_a_folder_leave_environments_out(tmp_path: Path) -> None:
    for name in ("a.py", "pkg/b.py", "venv/lib/c.py", ".hidden/d.py", "mine/pyvenv.cfg", "mine/e.py", "pkg/data.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    assert [str(each.relative_to(tmp_path)) for each in python_files(tmp_path)] == ["a.py", "pkg/b.py"]


def test_a_project_begins_with_the_file_and_reaches_its_root(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "src/pkg/__init__.py", "src/pkg/net.py", "src/pkg/a.py", "tests/test_net.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Net = 1\n" if name.endswith("net.py") else "")
    project = Project(str(tmp_path / "src/pkg/net.py"))
    names = [str(Path(each).relative_to(tmp_path)) for each in project.files]
    assert names == ["src/pkg/net.py", "src/pkg/__init__.py", "src/pkg/a.py", "tests/test_net.py"]
    assert [Path(each.path).name for each in project.mentioning("Net")] == ["net.py", "test_net.py"]
    assert module_name(str(tmp_path / "src/pkg/net.py")) == ("pkg.net", str(tmp_path / "src"))
