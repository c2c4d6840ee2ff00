"""What the documents say is there: links, paths, commands, options, rules."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from axiswise.render import formats
from axiswise.rules.rule import rule_named

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
COMMAND = re.compile(r"\baxiswise (check|run|explain|weights|lsp)\b([^`|\n]*)")


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _broken_links(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken: list[str] = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    return broken


def _help(*words: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "axiswise", *words, "--help"], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert _broken_links(page) == []


def test_a_link_to_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n[a](#a-title) [b](page.md) [c](gone.md) [d](#gone) [e](https://example.org/gone)\n")
    assert _broken_links(page) == ["gone.md", "#gone"]


def test_every_path_in_the_architecture_exists() -> None:
    table = [line for line in ARCHITECTURE.splitlines() if line.startswith("| ")]
    named = [path for line in table for path in re.findall(r"`([\w./]+/[\w./]*)`", line)]
    assert len(named) >= 15
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_module_in_the_pipeline_exists() -> None:
    pipeline = ARCHITECTURE.partition("## Which way")[0]
    named = re.findall(r"`([a-z_/]+(?:\.py|/))`", pipeline)
    assert len(named) >= 25
    assert [path for path in named if not (ROOT / "src" / "axiswise" / path).exists()] == []


def test_every_path_in_the_decisions_exists() -> None:
    for page in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        named = re.findall(r"`(src/[\w./]+)`", page.read_text("utf-8"))
        assert named, page
        assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_command_and_option_in_the_readme_exists() -> None:
    known = _help()
    called = COMMAND.findall(README)
    assert {"check", "run", "explain"} <= {command for command, _ in called}
    for command, rest in called:
        assert re.search(rf"^    {command}\b", known, re.MULTILINE), command
        if command != "run":  # what follows the script there is the script's own
            options = set(re.findall(r"(?<![\w-])--[a-z-]+", rest))
            assert options <= set(re.findall(r"--[a-z-]+", _help(command)))


def test_every_format_and_rule_in_the_readme_exists() -> None:
    for name in ("concise", "json", "sarif", "github", "html"):
        assert f"`{name}`" in README or f"--format {name}" in README
        assert name in formats()
    slugs = set(re.findall(r"(?:axiswise explain |error\[|ignore\[)([a-z]+(?:-[a-z]+)+)", README))
    assert slugs
    assert [slug for slug in slugs if rule_named(slug) is None] == []


def test_the_picture_fetches_nothing() -> None:
    picture = (ROOT / "docs" / "demo.svg").read_text("utf-8")
    assert "linear-in-features" in picture
    assert re.findall(r"url\(\s*[\"']?https?:", picture) == []


def test_every_target_in_the_documents_is_one_of_make() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    called = {
        word for page in PAGES for word in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert {"test", "check", "demo", "bench", "score"} <= called
    assert called <= targets
