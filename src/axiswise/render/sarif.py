"""The report as SARIF 2.1.0, for code scanning: rules with their pages, places, and fixes as replacements."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

from axiswise.diagnosis import Diagnosis, Fix, Note, Report, Target
from axiswise.origin import Span
from axiswise.render import RenderOptions
from axiswise.render.parts.finding import page_of, verdict_of
from axiswise.render.parts.plain import by_place, plain, shown_path
from axiswise.rules.rule import rules

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report, options: RenderOptions) -> str:
    """Return a SARIF log with one run."""
    findings = sorted(report.findings, key=by_place)
    described = {rule.slug: plain(rule.summary) for rule in rules()}
    for finding in findings:
        described.setdefault(finding.rule, plain(finding.rule.replace("-", " ")))
    index = {slug: position for position, slug in enumerate(sorted(described))}
    run = {
        "tool": {"driver": {"name": "axiswise", "rules": [_rule(slug, described[slug]) for slug in index]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": all(target.status in ("checked", "partial") for target in report.targets),
                "toolExecutionNotifications": [_notification(t) for t in report.targets if t.status != "checked"],
            }
        ],
        "results": [_result(finding, index[finding.rule]) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(slug: str, summary: str) -> dict[str, Any]:
    page = page_of(slug)
    text = f"axiswise explain {slug}"
    shown = {"text": text, "markdown": page.read_text("utf-8")} if page else {"text": text}
    return {"id": slug, "shortDescription": {"text": summary or slug}, "help": shown}


def _result(finding: Diagnosis, index: int) -> dict[str, Any]:
    text = f"{plain(finding.message)}\n{plain(finding.label)}".strip()
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": _physical(finding.span)}] if finding.span else [],
    }
    related = [_related(note, number) for number, note in enumerate(finding.notes) if note.span]
    fixes = [_fix(fix) for fix in finding.fixes if fix.edits]
    return result | ({"relatedLocations": related} if related else {}) | ({"fixes": fixes} if fixes else {})


def _related(note: Note, number: int) -> dict[str, Any]:
    assert note.span is not None
    return {"id": number, "message": {"text": plain(note.message)}, "physicalLocation": _physical(note.span)}


def _fix(fix: Fix) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.span.path, []).append(replacement)
    return {
        "description": {"text": f"{plain(fix.title)} [{verdict_of(fix)}]"},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _notification(target: Target) -> dict[str, Any]:
    level = "note" if target.status == "partial" else "error"
    return {"level": level, "message": {"text": f"{target.status}: {target.target}: {target.reason or ''}"}}


def _physical(span: Span) -> dict[str, Any]:
    return {"artifactLocation": _artifact(span.path), "region": _region(span)}


def _artifact(path: str) -> dict[str, str]:
    shown = shown_path(path).encode(errors="backslashreplace")
    if os.path.isabs(shown):
        return {"uri": "file://" + quote(shown)}
    return {"uri": quote(shown), "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> dict[str, int]:
    line, column = max(span.line, 1), max(span.column, 0) + 1
    end_line = max(span.end_line, line)
    end = max(span.end_column, 0) + 1
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": max(end, column) if end_line == line else end,
    }
