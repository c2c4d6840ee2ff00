"""What the project promises about itself."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import requires, version
from importlib.util import find_spec
from pathlib import Path

import pytest

import axiswise

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src" / "axiswise").rglob("*.py"))

IMPORT = """
import sys
before = set(sys.modules)
import axiswise
print(*sorted(set(sys.modules) - before))
"""
MOST_MODULES = 40
"""What importing it may load, of the standard library too: time itself is no measure on a busy machine."""


def test_importing_it_loads_next_to_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert [name for name in loaded if name.startswith("axiswise")] == ["axiswise"]
    assert len(loaded) <= MOST_MODULES


def test_public_names_are_listed_and_found() -> None:
    for name in axiswise.__all__:
        assert name in dir(axiswise)
        assert getattr(axiswise, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = axiswise.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(set(axiswise.__all__) - {"__version__"}))
def test_no_module_hides_a_public_name(name: str) -> None:
    # Importing `axiswise.x` sets the attribute `x` of the package: a function of that name would be gone.
    assert find_spec(f"axiswise.{name}") is None


def test_the_version_is_one_and_the_changelog_has_it() -> None:
    assert version("axiswise") == axiswise.__version__
    assert f"## {axiswise.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_it_needs_one_small_library() -> None:
    needed = [line for line in requires("axiswise") or [] if "extra ==" not in line]
    assert [line.partition(">")[0] for line in needed] == ["rich"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_holds_two_ideas(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 400
    assert not lines or lines[0].startswith(('"""', "from __future__")), "a file begins by saying what it is"
