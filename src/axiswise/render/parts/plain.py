"""Text that is safe to print: one line, no terminal control, places relative to where the user is."""

from __future__ import annotations

import os
import re

from axiswise.diagnosis import Diagnosis
from axiswise.origin import Span

TAB = "    "
# C0 and C1 controls, line separators, marks that reorder or hide text, and halves of surrogate pairs.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Return a text with every control character written out (`\\x1b`) and tabs as spaces."""
    return _UNSAFE.sub(lambda found: TAB if found[0] == "\t" else ascii(found[0])[1:-1], text)


def plain(text: str) -> str:
    """Return a message as one line that is safe to print."""
    return visible(re.sub(r"\s*[\r\n]\s*", " ", text.strip()))


def shown_path(path: str) -> str:
    """Return a path relative to the working directory where it lies within it."""
    here = os.getcwd().rstrip(os.sep) + os.sep
    return path.removeprefix(here) if path.startswith(here) else path


def place(span: Span) -> str:
    """Return `path:line`."""
    return f"{plain(shown_path(span.path))}:{span.line}"


def by_place(finding: Diagnosis) -> tuple[object, ...]:
    """Sort key: findings without a place last, the others by path, line and column."""
    span = finding.span
    where = (shown_path(span.path), span.line, span.column) if span else ("", 0, 0)
    return (span is None, *where, finding.rule, finding.message)
