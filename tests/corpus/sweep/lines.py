"""What became of each model of a sweep, kept as JSON lines so that a sweep may be cut into pieces."""

from __future__ import annotations

import json
import re
import resource
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import axiswise
from axiswise.config import Options
from axiswise.origin import Span
from tests.corpus.sweep.cases import Case


@dataclass
class Line:
    """What became of one model.

    Attributes:
        status: As axiswise says it; `unbuilt` where the library itself does not build it.
        reason: Why it was not followed further.
        seconds: By the clock.
        processor: Seconds of processor time of the check itself.
    """

    group: str
    name: str
    status: str
    reason: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    holds_for: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    seconds: float = 0.0
    processor: float = 0.0

    @property
    def is_symbolic(self) -> bool:
        """Whether the batch is shown for all sizes, and one length, height or width if any may vary at all."""
        shown = " ".join(self.holds_for)
        named = [[axis for axis in _axes(text) if not axis.isdecimal()] for text in self.inputs.values()]
        batch = next((axes[0] for axes in named if axes), "")
        lengths = {axis for axes in named for axis in axes[1:]} - {batch}
        told = {word for word in re.findall(r"[A-Za-z_]\w*", shown)}
        return self.status == "checked" and batch in told and (not lengths or bool(lengths & told))

    @property
    def is_miss(self) -> bool:
        return self.status != "unbuilt" and (self.status != "checked" or bool(self.errors) or not self.is_symbolic)


def _axes(text: str) -> list[str]:
    """Return the axes of `Float[batch time 512]`."""
    return text.partition("[")[2].rstrip("]").split()


def checked(case: Case, seconds: float) -> Line:
    """Build and check one model."""
    try:
        model: Any = case.built()
    except Exception as error:  # what a library does not build by default is no one's fault here
        return Line(case.group, case.name, "unbuilt", f"{type(error).__name__}: {error}".splitlines()[0][:140])
    began, before = time.monotonic(), _processor()
    report = axiswise.check(model, Options(time_budget=seconds))
    target = report.targets[0]
    told = [f"{each.rule}: {each.message}{_place(each.span)}" for each in report.findings if each.severity == "error"]
    others = [f"{each.rule}: {each.message}" for each in report.findings if each.severity != "error"]
    return Line(
        case.group,
        case.name,
        target.status,
        target.reason or target.tried_only,
        target.inputs,
        target.holds_for,
        tuple(told),
        tuple(others),
        time.monotonic() - began,
        _processor() - before,
    )


def _place(span: Span | None) -> str:
    return f" ({Path(span.path).name}:{span.line})" if span is not None else ""


def _processor() -> float:
    """Return the processor time of the children that have ended: each check is one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read(path: Path) -> list[Line]:
    """Return the lines that a file holds; the last one of each model counts."""
    if not path.exists():
        return []
    lines = [Line(**json.loads(text)) for text in path.read_text(encoding="utf-8").splitlines()]
    return list({(line.group, line.name): line for line in lines}.values())


def appended(line: Line, path: Path) -> None:
    """Add a line to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(line)) + "\n")


def shown(line: Line) -> str:
    """Return one model in one line, and what is amiss beneath it."""
    mark = "symbolic" if line.is_symbolic else "        "
    head = f"{line.status:8} {mark} {line.processor:5.1f} s of {line.seconds:5.1f}  {line.name}"
    amiss = [f"    error: {text}" for text in line.errors] + [f"    {text}" for text in line.others]
    if line.status == "unbuilt":
        amiss.append(f"    {line.reason}")
    elif line.is_miss:
        amiss.append(f"    {line.reason} {dict(line.inputs)} {list(line.holds_for)}")
    return "\n".join([head, *amiss])
