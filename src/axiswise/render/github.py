"""Annotations on the lines of a pull request, by GitHub's workflow commands."""

from __future__ import annotations

from axiswise.diagnosis import Diagnosis, Report
from axiswise.render import RenderOptions
from axiswise.render.parts.finding import verdict_of
from axiswise.render.parts.plain import by_place, plain, shown_path
from axiswise.render.parts.summary import incomplete

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, options: RenderOptions) -> str:
    """Return one command a finding, and one for every target that was not checked to its end."""
    lines = [_command(finding) for finding in sorted(report.findings, key=by_place)]
    for target in report.targets:
        if target.status != "checked":
            command = "notice" if target.status == "partial" else "warning"
            lines.append(f"::{command} title=axiswise {target.status}::{_data(incomplete(target))}")
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Diagnosis) -> str:
    properties = {"title": f"axiswise {plain(finding.rule)}"}
    span = finding.span
    if span:
        place = {"file": plain(shown_path(span.path)), "line": span.line, "endLine": span.end_line}
        # Columns mean something to GitHub within one line only.
        columns = {"col": span.column + 1, "endColumn": span.end_column} if span.line == span.end_line else {}
        properties = {key: str(value) for key, value in (place | columns).items()} | properties
    told = [plain(finding.message), *([plain(finding.label)] if finding.label else [])]
    told += [f"note: {plain(note.message)}" for note in finding.notes]
    told += [f"help: {plain(fix.title)} [{verdict_of(fix)}]" for fix in finding.fixes[:1]]
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(chr(10).join(told))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
