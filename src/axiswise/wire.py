"""Diagnoses between processes: plain JSON values and back. (The public JSON is `Report.to_json`.)"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from axiswise.diagnosis import Diagnosis, Edit, Fix, Limit, Note, Raised
from axiswise.origin import Span


def to_wire(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis as JSON values; verdicts are not sent, only a replay may set them."""
    sent = asdict(diagnosis)
    sent["roots"] = [[asdict(span), size] for span, size in diagnosis.roots]
    for fix in sent["fixes"]:
        del fix["verdict"], fix["holds_for"]
    return sent


def limit_to_wire(limit: Limit) -> dict[str, Any]:
    """Return a limit as JSON values."""
    return asdict(limit)


def limit_from_wire(sent: dict[str, Any]) -> Limit:
    """Return the limit that was sent.

    Raises:
        KeyError, TypeError: The value is not one that `limit_to_wire` made.
    """
    return Limit(sent["text"], sent["sizes"], sent["message"], sent["source"], _span(sent["span"]))


def from_wire(sent: dict[str, Any]) -> Diagnosis:
    """Return the diagnosis that was sent.

    Raises:
        KeyError, TypeError: The value is not one that `to_wire` made.
    """
    return Diagnosis(
        rule=sent["rule"],
        message=sent["message"],
        span=_span(sent["span"]),
        label=sent["label"],
        notes=tuple(Note(note["message"], _span(note["span"])) for note in sent["notes"]),
        fixes=tuple(_fix(fix) for fix in sent["fixes"]),
        severity=sent["severity"],
        silent=sent["silent"],
        exception=Raised(**sent["exception"]) if sent["exception"] else None,
        raised_at=_span(sent["raised_at"]),
        module=sent["module"],
        follows=_span(sent["follows"]),
        history=tuple(Span(**span) for span in sent["history"]),
        roots=frozenset((Span(**span), size) for span, size in sent["roots"]),
    )


def _span(sent: dict[str, Any] | None) -> Span | None:
    return Span(**sent) if sent else None


def _fix(sent: dict[str, Any]) -> Fix:
    edits = tuple(Edit(Span(**edit["span"]), edit["text"]) for edit in sent["edits"])
    return Fix(sent["title"], edits, sent["evidence"], sent["choice"])
