"""The parts of SARIF 2.1.0 that a reader relies on, checked on any report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings

from axiswise.diagnosis import Report
from axiswise.render import RenderOptions, renderer
from axiswise.rules.rule import rules
from tests.render.reports import LINEAR, REPORT, REPORTS, TRAIN, span


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(renderer("sarif")(report, RenderOptions()))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    return log["runs"][0]


def regions(value: Any) -> list[dict[str, int]]:
    if isinstance(value, list):
        return [region for item in value for region in regions(item)]
    if not isinstance(value, dict):
        return []
    own = [value[key] for key in ("region", "deletedRegion") if key in value]
    return own + [region for item in value.values() for region in regions(item)]


@settings(max_examples=60, deadline=None)
@given(REPORTS)
def test_any_report_is_well_formed(report: Report) -> None:
    run = run_of(report)
    described = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in described}) == len(described)
    assert all(rule["shortDescription"]["text"] or not rule["id"] for rule in described)
    assert {rule.slug for rule in rules()} <= {rule["id"] for rule in described}
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:
        assert described[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        for fix in result.get("fixes", ()):
            assert fix["artifactChanges"]
            assert all(change["replacements"] for change in fix["artifactChanges"])
    for region in regions(run):
        assert 1 <= region["startLine"] <= region["endLine"]
        assert min(region["startColumn"], region["endColumn"]) >= 1
        assert region["startLine"] < region["endLine"] or region["startColumn"] <= region["endColumn"]
    (invocation,) = run["invocations"]
    unfinished = [target for target in report.targets if target.status != "checked"]
    assert len(invocation["toolExecutionNotifications"]) == len(unfinished)
    assert invocation["executionSuccessful"] == all(target.status == "partial" for target in unfinished)


def test_places_are_relative_and_fixes_are_replacements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(TRAIN, "utf-8")
    run = run_of(REPORT)
    assert run["columnKind"] == "unicodeCodePoints"
    result = run["results"][0]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "train.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 14, "startColumn": 13, "endLine": 14, "endColumn": 24},
    }
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 9, "startColumn": 30, "endLine": 9, "endColumn": 33},
            "insertedContent": {"text": "256"},
        }
    ]
    assert result["fixes"][0]["description"]["text"] == "build fc1 with 256 inputs [verified for every batch >= 1]"
    linear = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "linear-in-features")
    assert (
        linear["shortDescription"]["text"]
        == "A linear layer was built for another number of features than it is given."
    )
    assert linear["help"]["markdown"].startswith("# linear-in-features\n")


def test_paths_outside_and_odd_ones_are_uris() -> None:
    def uri(path: str) -> str:
        (result,) = run_of(Report(findings=(replace(LINEAR, span=replace(span(1, 0, 1), path=path)),)))["results"]
        return result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]

    assert uri("/elsewhere/a b.py") == "file:///elsewhere/a%20b.py"
    odd = uri("ü:#?.py")
    assert unquote(odd) == "ü:#?.py"
    assert urlsplit(odd).path == odd
