"""What axiswise says: diagnoses with their fixes, and the report that holds them.

A verdict is set in one place only, `axiswise.verify`, from a replay. Everything here is immutable and turns into the
JSON of version 1 with `Report.to_json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from axiswise.origin import Span

Severity = Literal["error", "warning", "note"]
Status = Literal["checked", "partial", "skipped", "failed"]
Verdict = Literal["verified", "verified-for-example", "unverified"]


@dataclass(frozen=True, slots=True)
class Note:
    """One step of the explanation: where a number came from, or what else is known there."""

    message: str
    span: Span | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "message": self.message,
            "path": self.span.path if self.span else None,
            "line": self.span.line if self.span else None,
        }


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of a span; an empty span inserts."""

    span: Span
    text: str

    def to_json(self) -> dict[str, Any]:
        span = self.span
        return {
            "path": span.path,
            "start": [span.line, span.column],
            "end": [span.end_line, span.end_column],
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend the program.

    Attributes:
        title: An imperative of a few words (`build fc1 with 256 inputs`).
        edits: Changes of the user's source, none overlapping. Empty for advice that is not an edit.
        evidence: How well the program itself supports it: higher is better. Only an order, never shown.
        choice: True where applying it is a modelling decision that the user has to take.
        verdict: What replay showed. Rules leave it alone.
        holds_for: The sizes it was replayed for, in words (`every batch >= 1`, `batch 32 and 8`).
    """

    title: str
    edits: tuple[Edit, ...] = ()
    evidence: float = 0.0
    choice: bool = False
    verdict: Verdict = "unverified"
    holds_for: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "verdict": self.verdict,
            "holds_for": self.holds_for,
            "choice": self.choice,
            "edits": [edit.to_json() for edit in self.edits],
        }


@dataclass(frozen=True, slots=True)
class Raised:
    """The exception that the user would see."""

    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One root cause.

    Attributes:
        rule: The rule's slug.
        message: The line that stands alone: the user's expression and both sizes, lower case, no full stop.
        span: Where the mistake is. None where there is no source (pasted text).
        label: What stands beside the caret: the shapes there (`x: (batch, 256) · fc1: 400 -> 120`).
        notes: Where each size came from, and the line that raises when that is another.
        fixes: Best first.
        severity: `error` raises, `warning` is wrong and raises nothing, `note` is likely wrong.
        silent: True when the program would have run on.
        exception: What was raised, or None.
        raised_at: The user's line that raises; equals `span` where the mistake is there.
        module: Path of the layer concerned, or empty.
        follows: The failed expression whose stand-in this one worked on; not part of the JSON.
        behind: The line that ends the program before this one is reached: its fixes were verified together with the
            best one of the finding there; not part of the JSON.
        history: The expressions that made the sizes in question; not part of the JSON.
        roots: Where each of the two sizes was made, and the size there; not part of the JSON.
    """

    rule: str
    message: str
    span: Span | None
    label: str = ""
    notes: tuple[Note, ...] = ()
    fixes: tuple[Fix, ...] = ()
    severity: Severity = "error"
    silent: bool = False
    exception: Raised | None = None
    raised_at: Span | None = None
    module: str = ""
    follows: Span | None = None
    behind: Span | None = None
    history: tuple[Span, ...] = ()
    roots: frozenset[tuple[Span, int]] = frozenset()

    def with_fixes(self, fixes: tuple[Fix, ...]) -> Diagnosis:
        return replace(self, fixes=fixes)

    def to_json(self) -> dict[str, Any]:
        span = self.span
        return {
            "rule": self.rule,
            "severity": self.severity,
            "silent": self.silent,
            "path": span.path if span else None,
            "line": span.line if span else None,
            "column": span.column if span else None,
            "end_line": span.end_line if span else None,
            "end_column": span.end_column if span else None,
            "message": self.message,
            "label": self.label,
            "module": self.module,
            "raised_line": self.raised_at.line if self.raised_at else None,
            "notes": [note.to_json() for note in self.notes],
            "exception": {"type": self.exception.type, "message": self.exception.message} if self.exception else None,
            "fixes": [fix.to_json() for fix in self.fixes],
        }


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that a model's sizes have to obey, with sizes at which it failed.

    Attributes:
        text: What it is (`time <= 1024`).
        sizes: The counterexample, by the axes that the limit speaks of.
        message: What failed there, in one line.
        source: What brought the number in (`positions`); empty where that has no name.
        span: Where.
    """

    text: str
    sizes: Mapping[str, int]
    message: str
    source: str = ""
    span: Span | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "fails_at": dict(self.sizes),
            "message": self.message,
            "source": self.source,
            "path": self.span.path if self.span else None,
            "line": self.span.line if self.span else None,
        }


@dataclass(frozen=True, slots=True)
class Target:
    """What became of one thing that was to be checked.

    Attributes:
        target: As the user named it (`train.py`, `model.py::Net`).
        status: `checked` to its end, `partial` up to a point, `skipped` before it began, `failed` by a fault of ours.
        reason: One line, in every status but `checked`.
        inputs: Inputs by name, in jaxtyping's grammar.
        inferred: True where axiswise chose the inputs.
        holds_for: Constraints on sizes, in the user's names; empty where sizes were only tried.
        limits: Those of them that were met, and where each comes from.
        tried_only: Why nothing is known beyond the sizes that were run; empty where something is.
        ops: Operations that were run.
        assumptions: Decisions taken about unknown values.
        seconds: Wall time.
        annotations: The edits that write its inputs into the source, where they were asked for; not part of the JSON.
    """

    target: str
    status: Status
    reason: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    inferred: bool = False
    holds_for: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    tried_only: str = ""
    ops: int = 0
    assumptions: tuple[str, ...] = ()
    seconds: float = 0.0
    annotations: Fix | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "status": self.status,
            "reason": self.reason,
            "inputs": dict(self.inputs),
            "inferred": self.inferred,
            "holds_for": list(self.holds_for),
            "limits": [limit.to_json() for limit in self.limits],
            "tried_only": self.tried_only or None,
            "ops": self.ops,
            "assumptions": list(self.assumptions),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to one call: what was looked at, and what was found."""

    targets: tuple[Target, ...] = ()
    findings: tuple[Diagnosis, ...] = ()

    @property
    def exit_status(self) -> int:
        """0 nothing found, 1 findings, 2 a target could not be checked at all."""
        if self.findings:
            return 1
        return 2 if any(target.status in ("skipped", "failed") for target in self.targets) else 0

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "targets": [target.to_json() for target in self.targets],
            "findings": [finding.to_json() for finding in self.findings],
        }

    def joined(self, other: Report) -> Report:
        """Return both reports as one."""
        return Report(self.targets + other.targets, self.findings + other.findings)
