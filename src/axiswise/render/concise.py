"""One line a finding, as compilers write them, for editors and grep."""

from __future__ import annotations

from axiswise.diagnosis import Diagnosis, Report
from axiswise.render import RenderOptions
from axiswise.render.parts.plain import by_place, place, plain
from axiswise.render.parts.summary import incomplete


def render(report: Report, options: RenderOptions) -> str:
    """Return `path:line:column: severity[rule] message` lines, then what was not checked to its end."""
    lines = [_line(finding) for finding in sorted(report.findings, key=by_place)]
    lines += [f"{incomplete(target)} ({target.status})" for target in report.targets if target.status != "checked"]
    return "".join(f"{line}\n" for line in lines)


def _line(finding: Diagnosis) -> str:
    where = f"{place(finding.span)}:{finding.span.column + 1}: " if finding.span else ""
    return f"{where}{finding.severity}[{plain(finding.rule)}] {plain(finding.message)}"
