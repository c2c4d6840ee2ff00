"""The report as one page that needs nothing else: to send, or to keep as a build's artifact."""

from __future__ import annotations

from html import escape

from axiswise.diagnosis import Report
from axiswise.render import RenderOptions
from axiswise.render.parts.excerpt import SourceTexts
from axiswise.render.parts.finding import finding_lines
from axiswise.render.parts.lines import Line
from axiswise.render.parts.summary import summary, summary_lines

STYLE = """
:root { color-scheme: light dark; --red: #b3261e; --yellow: #8a5a00; --cyan: #00687a; --green: #1b6e2e; --grey: #6b6b76;
  --card: #f6f6f8; --ink: #1c1c21; --paper: #fff }
@media (prefers-color-scheme: dark) { :root { --red: #ff8a80; --yellow: #ffc766; --cyan: #7fd8ea; --green: #8fdc9c;
  --grey: #9a9aa6; --card: #222228; --ink: #e9e9ee; --paper: #17171b } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper) }
pre { margin: 1rem 0; padding: 1rem; overflow-x: auto; border-radius: 8px; background: var(--card);
  font: 14px/1.45 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
.error, .caret, .removed, .label { color: var(--red) } .warning, .unverified { color: var(--yellow) }
.note { color: var(--cyan) } .help, .added, .verified { color: var(--green) } .gutter, .aside { color: var(--grey) }
.error, .warning, .note, .help, .title { font-weight: 600 }
"""


def render(report: Report, options: RenderOptions) -> str:
    """Return a standalone page."""
    texts = SourceTexts()
    findings = "\n".join(_block(finding_lines(finding, texts, options)) for finding in report.findings)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>axiswise: {escape(summary(report, options))}</title>
<style>{STYLE}</style>
<h1>axiswise</h1>
{findings}
{_block(summary_lines(report, options))}
</html>
"""


def _block(lines: list[Line]) -> str:
    return "<pre>" + "\n".join("".join(_piece(text, part) for text, part in line) for line in lines) + "</pre>"


def _piece(text: str, part: str) -> str:
    return f'<span class="{part}">{escape(text)}</span>' if part else escape(text)
