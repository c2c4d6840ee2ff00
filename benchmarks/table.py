"""Rows as a table in Markdown, legible as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from benchmarks.measuring import Row, Section

HEADS = ("what", "median", "least to most", "times", "more", "answer")
LONGEST_ANSWER = 140


def table(section: Section, rows: Iterable[Row]) -> str:
    """Return a section as Markdown: title, a paragraph, the table."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    if all(not row[-1] for row in cells[1:]):
        cells = [row[:-1] for row in cells]
    return "\n".join((f"## {section.title}", "", section.about, "", lined(cells), ""))


def lined(cells: Sequence[Sequence[str]]) -> str:
    """Return rows as a table, the first of them its head."""
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    said = row.said.replace("|", "\\|")
    said = said if len(said) <= LONGEST_ANSWER else said[: LONGEST_ANSWER - 1] + "…"
    if not row.seconds:
        return (row.case.name, "–", "–", "–", "–", said)
    spread = f"{_time(min(row.seconds))} – {_time(max(row.seconds))}"
    times = f"{row.ratio:.2f}" if row.ratio is not None else "1"
    more = ("+" if row.more > 0 else "-") + _time(abs(row.more)) if row.more is not None else ""
    return (row.case.name, _time(median(row.seconds)), spread, times, more, said)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
