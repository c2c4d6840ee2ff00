"""Programs with mistakes that raise nothing, and right ones that look like them: see the files in `silent/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.frontends.choosing import TORCH, family_of
from axiswise.sandbox import Sandbox

PROGRAMS = sorted((Path(__file__).parent / "silent").glob("*.py"))
MARKER = re.compile(r"# (?:warning|note): ([a-z-]+)$")


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_what_raises_nothing_is_found_where_it_is_marked_and_nowhere_else(path: Path, warm: Sandbox) -> None:
    lines = path.read_text("utf-8").splitlines()
    marked = {(found[1], number) for number, line in enumerate(lines, 1) if (found := MARKER.search(line))}
    shared = warm if family_of(str(path)) == TORCH else None
    report = check([str(path)], Options(time_budget=120), sandbox=shared)
    assert report.targets[0].status == "checked"
    assert {(each.rule, each.span.line) for each in report.findings if each.span} == marked
    assert all(each.silent for each in report.findings)


def test_right_programs_of_many_kinds_stay_silent(warm: Sandbox) -> None:
    programs = sorted((Path(__file__).parent / "silent" / "programs").glob("*.py"))
    report = check([str(path) for path in programs], Options(time_budget=120), sandbox=warm)
    assert [entry.target for entry in report.targets if entry.status != "checked"] == []
    assert [(each.rule, each.span) for each in report.findings] == []
