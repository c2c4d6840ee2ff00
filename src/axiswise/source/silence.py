"""Comments that silence a finding on their line: `# axiswise: ignore[slug]`, several slugs parted by commas."""

from __future__ import annotations

import io
import os
import re
import tokenize
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from axiswise.diagnosis import Diagnosis, Report
from axiswise.origin import Span
from axiswise.source.text import read_source

UNUSED = "unused-ignore"
_COMMENT = re.compile(r"#\s*axiswise:\s*ignore(?:\[([^\]]*)\])?")


@dataclass(frozen=True, slots=True)
class Silence:
    """One comment: where it stands and which rules it names (none, where it names none)."""

    span: Span
    rules: tuple[str, ...]


def silences(path: str, text: str) -> list[Silence]:
    """Return the comments of a file that silence; none where it is not Python."""
    if "axiswise:" not in text:
        return []
    found: list[Silence] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
            if match:
                line, column = token.start
                span = Span(path, line, column + match.start(), line, column + match.end())
                found.append(Silence(span, tuple(filter(None, re.split(r"[\s,]+", match[1] or "")))))
    except (tokenize.TokenError, SyntaxError):
        return []
    return found


def heeded(report: Report, wants: Callable[[str], bool]) -> Report:
    """Return the report without findings that are not wanted or that a comment in the files concerned silences.

    Args:
        report: What was found in scripts.
        wants: Whether a rule's findings are to be reported.
    """
    findings = [finding for finding in report.findings if wants(finding.rule)]
    paths = {finding.span.path for finding in report.findings if finding.span}
    known = {os.path.realpath(path) for path in paths}
    paths |= {target.target for target in report.targets if os.path.realpath(target.target) not in known}
    comments = [comment for path in sorted(paths) for comment in silences(path, _text(path))]
    whole = all(target.status == "checked" for target in report.targets)
    return replace(report, findings=unsilenced(findings, comments, wants, whole))


def _text(path: str) -> str:
    try:
        return read_source(Path(path)) if os.path.isfile(path) else ""
    except (OSError, SyntaxError, ValueError):
        return ""


def unsilenced(
    findings: Iterable[Diagnosis], comments: Iterable[Silence], wants: Callable[[str], bool], whole: bool
) -> tuple[Diagnosis, ...]:
    """Return the findings that no comment silences, and a note for every comment that silences nothing.

    Args:
        findings: What was found.
        comments: The comments of the files concerned.
        wants: Whether a rule's findings are reported at all; a comment for another one is not called unused.
        whole: Whether everything was checked to its end. Where it was not, no comment is called unused.
    """
    by_line: dict[tuple[str, int], list[Silence]] = {}
    for comment in comments:
        by_line.setdefault((comment.span.path, comment.span.line), []).append(comment)
    used: set[tuple[Span, str]] = set()
    kept: list[Diagnosis] = []
    for finding in findings:
        hits = {(comment.span, finding.rule) for comment in _beside(finding, by_line) if finding.rule in comment.rules}
        used |= hits
        if not hits:
            kept.append(finding)
    if whole and wants(UNUSED):
        for group in by_line.values():
            kept += [_unused(c) for c in group if not any((c.span, r) in used or not wants(r) for r in c.rules)]
    return tuple(kept)


def _beside(finding: Diagnosis, by_line: dict[tuple[str, int], list[Silence]]) -> list[Silence]:
    span = finding.span
    if span is None:
        return []
    return [comment for line in range(span.line, span.end_line + 1) for comment in by_line.get((span.path, line), [])]


def _unused(comment: Silence) -> Diagnosis:
    said = f"ignore[{', '.join(comment.rules)}]" if comment.rules else "ignore"
    message = f"`{said}` silences nothing on this line" if comment.rules else "`ignore` names no rule to silence"
    return Diagnosis(UNUSED, message, comment.span, severity="note", silent=True)
