"""The report for a terminal: every finding with its source, its reasons and its best fix."""

from __future__ import annotations

from rich.style import Style

from axiswise.diagnosis import Report
from axiswise.render import RenderOptions
from axiswise.render.parts.excerpt import SourceTexts
from axiswise.render.parts.finding import finding_lines
from axiswise.render.parts.lines import Line, Part, text_of
from axiswise.render.parts.summary import summary_lines

STYLES: dict[Part, Style] = {
    "error": Style(color="red", bold=True),
    "warning": Style(color="yellow", bold=True),
    "note": Style(color="cyan", bold=True),
    "help": Style(color="green", bold=True),
    "title": Style(bold=True),
    "gutter": Style(color="blue"),
    "caret": Style(color="red", bold=True),
    "label": Style(color="red"),
    "verified": Style(color="green"),
    "unverified": Style(color="yellow"),
    "removed": Style(color="red"),
    "added": Style(color="green"),
    "aside": Style(dim=True),
}


def render(report: Report, options: RenderOptions) -> str:
    """Return the report in full, one blank line between findings."""
    texts = SourceTexts()
    blocks = [finding_lines(finding, texts, options) for finding in report.findings]
    if report.targets or not blocks:  # beneath a traceback, a finding closes itself
        blocks.append(summary_lines(report, options))
    paint = _painted if options.color else text_of
    return "\n\n".join("\n".join(map(paint, block)) for block in blocks) + "\n"


def _painted(line: Line) -> str:
    return "".join(STYLES[part].render(text) if part else text for text, part in line)
