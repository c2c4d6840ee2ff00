"""What holds for each renderer, whatever the report."""

from __future__ import annotations

import json
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiswise.diagnosis import Report
from axiswise.render import RenderOptions, formats, renderer
from tests.render.reports import REPORT, REPORTS, TRAIN

OPTIONS = st.builds(RenderOptions, st.booleans(), st.integers(40, 200), st.booleans(), st.booleans())


@pytest.fixture(autouse=True, scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("render")
        patch.chdir(place)
        (place / "train.py").write_text(TRAIN, "utf-8")
        (place / "wide.py").write_bytes("\t漢 = '🙂\x0b\x1b'\r\n\x0c\n".encode() * 20)
        yield place


def test_formats_are_the_files_of_the_package() -> None:
    assert formats() == ("concise", "full", "github", "html", "json", "sarif")
    with pytest.raises(ValueError, match="no format is called 'xml'; there are concise, full"):
        renderer("xml")


@pytest.mark.parametrize("name", formats())
def test_any_report_is_shown(name: str, folder: Path) -> None:
    @settings(max_examples=60, deadline=None)
    @given(REPORTS, OPTIONS)
    def shown(report: Report, options: RenderOptions) -> None:
        text = renderer(name)(report, options)
        text.encode()  # no half of a surrogate pair
        allowed = "\n\x1b" if options.color and name == "full" else "\n"
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in allowed]
        assert text == renderer(name)(report, options)

    shown()


@settings(max_examples=50, deadline=None)
@given(REPORTS)
def test_one_finding_is_one_line_where_lines_are_read_by_programs(report: Report) -> None:
    incomplete = sum(target.status != "checked" for target in report.targets)
    for name in ("concise", "github"):
        lines = renderer(name)(report, RenderOptions()).split("\n")[:-1]
        assert len(lines) == len(report.findings) + incomplete


@settings(max_examples=50, deadline=None)
@given(REPORTS)
def test_json_holds_the_report(report: Report) -> None:
    read = json.loads(renderer("json")(report, RenderOptions()))
    assert read["version"] == 1
    assert [target["target"] for target in read["targets"]] == [target.target for target in report.targets]
    assert sorted(finding["message"] for finding in read["findings"]) == sorted(f.message for f in report.findings)


def test_json_has_findings_by_place_and_paths_from_here(folder: Path) -> None:
    read = json.loads(renderer("json")(REPORT, RenderOptions()))
    assert [finding["line"] for finding in read["findings"]] == [14, 15, None]
    first = read["findings"][0]
    assert (first["path"], first["column"], first["end_column"]) == ("train.py", 12, 23)
    assert first["fixes"][0]["edits"] == [{"path": "train.py", "start": [9, 29], "end": [9, 32], "text": "256"}]


def test_concise() -> None:
    assert renderer("concise")(REPORT, RenderOptions()) == (
        """\
train.py:14:13: error[linear-in-features] `self.fc1` takes 400 features, but `x` has 256
train.py:15:16: warning[softmax-batch] `torch.softmax` normalises over the batch
error[broadcast-mismatch] sizes 3 and 4 do not broadcast
other.py: line 5 reads a value (partial)
"""
    )


def test_github() -> None:
    lines = renderer("github")(REPORT, RenderOptions()).splitlines()
    assert lines[0] == (
        "::error file=train.py,line=14,endLine=14,col=13,endColumn=23,title=axiswise linear-in-features::"
        "`self.fc1` takes 400 features, but `x` has 256%0Ax: (batch, 256) · fc1: 400 -> 120"
        "%0Anote: 256 = 16 x 4 x 4, from the flatten%0Ahelp: build fc1 with 256 inputs [verified for every batch >= 1]"
    )
    assert lines[2].startswith("::error title=axiswise broadcast-mismatch::sizes 3 and 4")
    assert lines[3] == "::notice title=axiswise partial::other.py: line 5 reads a value"


class Page(HTMLParser):
    """Reads a page back: its text, and every element that it holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.elements = "", set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(max_examples=50, deadline=None)
@given(REPORTS)
def test_a_page_holds_nothing_but_its_own_elements(report: Report) -> None:
    page = Page(renderer("html")(report, RenderOptions()))
    assert page.elements <= {"html", "meta", "title", "style", "h1", "pre", "span"}


def test_a_page_says_what_the_terminal_says() -> None:
    page = Page(renderer("html")(REPORT, RenderOptions()))
    for line in renderer("full")(REPORT, RenderOptions()).splitlines():
        assert line in page.text
