"""Every page's programs, checked and run for real. See `pages` for the format."""

from __future__ import annotations

import importlib.util
import linecache
import os
import re
import sys
import warnings
from pathlib import Path
from unittest.mock import patch

import pytest

from axiswise.auditing import audit
from axiswise.checking import check
from axiswise.diagnosis import Diagnosis, Report
from axiswise.frontends.choosing import TORCH, family_of
from axiswise.render import RenderOptions, renderer
from axiswise.sandbox import Sandbox
from axiswise.source.edit import apply_to_text
from tests.rules.pages import Case, Page, bless, pages

PAGES = pages()
CASES = [pytest.param(page, case, id=case.name) for page in PAGES for case in page.cases]
FIXED = [pytest.param(case, id=case.name) for page in PAGES for case in page.cases if case.fixed]
MENDED = [
    pytest.param(case, id=case.name) for page in PAGES for case in page.cases if case.fixed and case.severity != "error"
]
SILENT = [pytest.param(*silent, id=silent[0]) for page in PAGES for silent in page.silent]
BLESSING = os.environ.get("AXISWISE_BLESS") == "1"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(program: str, warm: Sandbox) -> Report:
    """Check a program: torch's in the warm sandbox, another framework's in one of its own, Keras' on torch."""
    Path("case.py").write_text(program, "utf-8")
    # TensorFlow's own Keras on torch would load Triton after TensorFlow, which crashes the process.
    backend = "tensorflow" if "tensorflow" in program else "torch"
    with patch.dict(os.environ, KERAS_BACKEND=backend):
        return check(["case.py"], sandbox=warm if family_of("case.py") == TORCH else None)


def audited(program: str) -> Report:
    """Audit what a program defines."""
    file = Path("case.py")
    file.write_text(program, "utf-8")
    loading = importlib.util.spec_from_file_location("case", file.absolute())
    assert loading is not None
    assert loading.loader is not None
    module = importlib.util.module_from_spec(loading)
    with warnings.catch_warnings(), patch.dict(sys.modules, case=module):
        warnings.simplefilter("ignore")
        loading.loader.exec_module(module)
        return audit(module.model, module.batch, **getattr(module, "options", {}))


def run(name: str, program: str) -> tuple[Exception | None, list[str]]:
    """Run a program for real; return what it raised, and what it was warned of (not of what will be deprecated)."""
    file = f"<{name}>"
    linecache.cache[file] = (len(program), None, program.splitlines(True), file)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            exec(compile(program, file, "exec"), {"__name__": "__main__"})
        except Exception as error:
            return error, _told(warned)
    return None, _told(warned)


def _told(warned: list[warnings.WarningMessage]) -> list[str]:
    return [str(each.message) for each in warned if issubclass(each.category, UserWarning)]


def first_verified(finding: Diagnosis) -> tuple[str, ...]:
    """Return the program after the first fix that verified, or nothing."""
    fix = next((fix for fix in finding.fixes if fix.verdict != "unverified"), None)
    return (apply_to_text(Path("case.py").read_text("utf-8"), fix.edits),) if fix else ()


@pytest.mark.parametrize(("page", "case"), CASES)
def test_a_case_is_found_and_mended(page: Page, case: Case, folder: Path, warm: Sandbox) -> None:
    report = audited(case.program) if case.audited else checked(case.program, warm)
    found = [(each.rule, each.span.line if each.span else 0, each.severity) for each in report.findings]
    assert found == [(case.slug, case.line, case.severity)], report.targets
    shown = renderer("full")(Report(findings=report.findings), RenderOptions(width=80))
    if BLESSING:
        assert not os.environ.get("CI"), "snapshots are not written where CI runs"
        bless(page, case, shown)
    else:
        assert shown == case.snapshot
    assert first_verified(report.findings[0]) == ((case.fixed,) if case.fixed else ())


@pytest.mark.parametrize(("page", "case"), CASES)
def test_a_case_fails_as_its_page_says(page: Page, case: Case) -> None:
    raised, warned = run(case.name, case.program)
    assert (raised is not None) == (case.severity == "error"), raised
    if case is page.cases[0] and page.quotes:
        words = re.escape(page.quotes[0]).replace("…", ".+?")
        said = f"{raised}\n" + "\n".join(warned)
        assert re.search(words, said, re.DOTALL), said


@pytest.mark.parametrize("case", FIXED)
def test_a_fixed_program_runs(case: Case) -> None:
    raised, warned = run(f"{case.name}-fixed", case.fixed or "")
    assert raised is None
    assert not warned


@pytest.mark.parametrize("case", MENDED)
def test_what_found_a_mistake_that_raised_nothing_finds_none_in_the_fixed_program(
    case: Case, folder: Path, warm: Sandbox
) -> None:
    fixed = case.fixed or ""
    report = audited(fixed) if case.audited else checked(fixed, warm)
    assert report.findings == ()
    assert [each.status for each in report.targets] == ["checked"], report.targets


@pytest.mark.parametrize(("name", "program", "is_audited"), SILENT)
def test_a_near_miss_is_silent(name: str, program: str, is_audited: bool, folder: Path, warm: Sandbox) -> None:
    raised, warned = run(name, program)
    assert raised is None
    assert not warned
    report = audited(program) if is_audited else checked(program, warm)
    assert report.findings == ()
    assert [each.status for each in report.targets] == ["checked"], report.targets
