from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from axiswise.sandbox import Job, Limits, Outcome, Sandbox
from tests.sandbox.pictures import Run, picture

ROOT = str(Path(__file__).parents[2])


@pytest.fixture(scope="session", autouse=True)
def importable() -> Iterator[None]:
    """Let the children import this folder's `programs`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")])))
        yield


@pytest.fixture(scope="session")
def sandbox(importable: None) -> Iterator[Sandbox]:
    with Sandbox(limits=Limits(seconds=20)) as made:
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a few files, as a user's."""
    folder = tmp_path / "project"
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("real\n")
    (folder / "b.txt").write_text("other\n")
    (folder / "data" / "x.csv").write_text("1,2\n")
    (folder / "data" / "deep" / "y.csv").write_text("3,4\n")
    (folder / "link").symlink_to("data")
    return folder


@pytest.fixture
def run(sandbox: Sandbox, project: Path) -> Iterator[Run]:
    """Run a program in the project; afterwards the project must be as it was, down to modes and times."""
    before = picture(project)

    def of_source(source: str, **limits: Any) -> Outcome:
        chosen = Limits(**limits) if limits else None
        return sandbox.run(Job("tests.sandbox.programs:execute", {"source": source}, cwd=str(project), limits=chosen))

    yield of_source
    assert picture(project) == before
