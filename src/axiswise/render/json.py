"""The report as JSON, version 1: fields are only ever added."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from axiswise.diagnosis import Report
from axiswise.render import RenderOptions
from axiswise.render.parts.plain import by_place, shown_path


def render(report: Report, options: RenderOptions) -> str:
    """Return the report as one JSON object in ASCII; findings in the order of their places."""
    stable = replace(report, findings=tuple(sorted(report.findings, key=by_place)))
    return json.dumps(_relative(stable.to_json()), indent=2) + "\n"


def _relative(value: Any) -> Any:
    """Return the value with every `path` relative to the working directory where it lies within it."""
    if isinstance(value, list):
        return [_relative(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {
            key: shown_path(item) if key == "path" and isinstance(item, str) else _relative(item)
            for key, item in value.items()  # pyright: ignore[reportUnknownVariableType]
        }
    return value
