"""One finding as styled lines: what, where, why, what to do."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable

from rich.cells import cell_len

from axiswise.diagnosis import Diagnosis, Edit, Fix, Note
from axiswise.origin import Span
from axiswise.render import RenderOptions
from axiswise.render.parts.excerpt import SourceTexts, excerpt, fitted
from axiswise.render.parts.lines import Line, Piece, wrapped
from axiswise.render.parts.plain import place, plain, shown_path
from axiswise.source.edit import apply_to_text, split_lines

MOST_CHANGED = 12
"""Lines of one fix that are shown without `--all`."""

# Line number, `-` or `+`, the line, and where in it the change begins and, in the longer of two lines, ends.
Changed = tuple[int, str, str, int, int]


def finding_lines(finding: Diagnosis, texts: SourceTexts, options: RenderOptions) -> list[Line]:
    """Return a finding's lines, at most `options.width` cells wide wherever words allow."""
    fixes = _shown_fixes(finding.fixes, options)
    patches = [_patch(fix, texts) for fix in fixes]
    elsewhere = finding.raised_at if any(_raises(note, finding) for note in finding.notes) else None
    numbers = [number for patch in patches for changed in patch.values() for number, *_ in changed]
    margin = len(str(max([*numbers, *(span.line for span in (finding.span, elsewhere) if span)], default=0)))
    head: Line = [(f"{finding.severity}[{plain(finding.rule)}]", finding.severity), (": ", "title")]
    lines = wrapped([*head, (plain(finding.message), "title")], options.width, 2)
    # The label tells the shapes where it raises; beside the caret of another line it would mislead.
    lines += _where(finding.span, "" if elsewhere else plain(finding.label), texts, margin, options)
    for note in _notes(finding, options):
        lines += wrapped([("note", "note"), (f": {_note(note, finding)}", "")], options.width, 6)
        if _raises(note, finding):
            lines += _where(elsewhere, plain(finding.label), texts, margin, options)
    choices = sum(fix.choice for fix in finding.fixes)
    chosen = 0
    for fix, patch in zip(fixes, patches, strict=True):
        chosen += fix.choice
        lines += _help(fix, f"choice {chosen} of {choices}: " if fix.choice else "", options)
        lines += _patch_lines(patch, finding, margin, options)
    asides: list[str] = []
    hidden = len(finding.fixes) - len(fixes)
    if hidden:
        asides.append(f"{hidden} other way{'s' * (hidden > 1)}: --all")
    if page_of(finding.rule):
        asides.append(f"axiswise explain {finding.rule}")
    for aside in asides:
        lines.append([(" " * margin + " = ", "gutter"), (aside, "aside")])
    return lines


def page_of(rule: str) -> Traversable | None:
    """Return the file of a rule's page, or None where it has none."""
    name = rule.replace("-", "_")
    page = resources.files("axiswise").joinpath("rules", f"{name}.md")
    return page if name.isidentifier() and page.is_file() else None


def _shown_fixes(fixes: tuple[Fix, ...], options: RenderOptions) -> tuple[Fix, ...]:
    """The best fix; where that is a choice, the choices that stand with it."""
    if options.show_all or not fixes:
        return fixes
    together = next((index for index, fix in enumerate(fixes) if not fix.choice), len(fixes))
    return fixes[: min(max(together, 1), 3)]


def _raises(note: Note, finding: Diagnosis) -> bool:
    """Whether a note tells the line that raises, where that is not the finding's own."""
    return note.span is not None and note.span == finding.raised_at != finding.span


def _where(span: Span | None, label: str, texts: SourceTexts, margin: int, options: RenderOptions) -> list[Line]:
    """The place, and the line there with a caret and what stands beside it."""
    if span is None:
        return wrapped([(f"  {label}", "label")], options.width, 2) if label else []
    gutter = " " * margin + " | "
    found: list[Line] = [[(" " * margin + "--> ", "gutter"), (f"{place(span)}:{span.column + 1}", "")]]
    line = texts.line(span.path, span.line)
    if line is None or not line.strip():
        return found + (wrapped([(gutter, "gutter"), (label, "label")], options.width, len(gutter)) if label else [])
    shown = excerpt(line, span, options.width - len(gutter))
    found.append([(f"{span.line:>{margin}} | ", "gutter"), (shown.text, "")])
    caret: Line = [(gutter, "gutter"), (" " * shown.start, ""), ("^" * shown.length, "caret")]
    end = len(gutter) + shown.start + shown.length + 1
    if not label or end + cell_len(label) <= options.width:
        return [*found, [*caret, (f" {label}" if label else "", "label")]]
    # Beside the caret there is no room: below it, as far right as fits.
    indent = max(0, min(shown.start, options.width - len(gutter) - cell_len(label)))
    beside = wrapped([(" " * (len(gutter) + indent), ""), (label, "label")], options.width, len(gutter) + indent)
    below: list[Line] = [[(gutter, "gutter"), (" " * indent, ""), *rest[1:]] for rest in beside]
    return [*found, caret, *below]


def _notes(finding: Diagnosis, options: RenderOptions) -> list[Note]:
    notes = list(finding.notes)
    if options.verbose and finding.exception:
        notes.append(Note(f"raised {finding.exception.type}: {finding.exception.message}", finding.raised_at))
    if options.verbose and finding.module:
        notes.append(Note(f"in the layer {finding.module}"))
    return notes


def _note(note: Note, finding: Diagnosis) -> str:
    """The message, with its place where it neither says it nor speaks of the finding's own line."""
    message = plain(note.message)
    span, own = note.span, finding.span
    if span is None or _raises(note, finding) or (own and (own.path, own.line) == (span.path, span.line)):
        return message
    if f"{plain(os.path.basename(span.path))}:{span.line}" in message:
        return message
    return f"{message} at {place(span)}"


def verdict_of(fix: Fix) -> str:
    """Return what replay showed, in words."""
    if fix.verdict == "unverified":
        return "not verified"
    if fix.holds_for:
        return f"verified for {plain(fix.holds_for)}"
    return "verified" if fix.verdict == "verified" else "verified for the sizes of this run"


def _help(fix: Fix, prefix: str, options: RenderOptions) -> list[Line]:
    words: Line = [("help", "help"), (f": {prefix}{plain(fix.title)}", "")]
    if not fix.edits:
        return wrapped(words, options.width, 6)
    verdict = f"[{verdict_of(fix)}]"
    lines = wrapped(words, options.width, 6)
    if sum(cell_len(text) for text, _ in lines[-1]) + 2 + cell_len(verdict) > options.width:
        lines.append([(" " * 4, "")])
    lines[-1].append((f"  {verdict}", "verified" if fix.verdict == "verified" else "unverified"))
    return lines


def _patch(fix: Fix, texts: SourceTexts) -> dict[str, list[Changed]]:
    """The lines that a fix takes out and puts in, by file. A file that cannot be read shows the new text alone."""
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.span.path, []).append(edit)
    return {path: _changed(texts.text(path), edits) for path, edits in by_path.items()}


def _changed(before: str | None, edits: list[Edit]) -> list[Changed]:
    try:
        after = apply_to_text(before, edits) if before is not None else None
    except ValueError:
        after = None
    if before is None or after is None:
        return [(max(edit.span.line, 0), "+", text, 0, 1) for edit in edits for text in edit.text.splitlines()]
    old, new = (_without_ends(text) for text in (before, after))
    # Lines outside the edits are the same on both sides.
    first = min(edit.span.line for edit in edits) - 1
    last = max(edit.span.end_line for edit in edits)
    old, new = old[first:last], new[first : len(new) - (len(old) - last)]
    changed: list[Changed] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for word, a, b, c, d in matcher.get_opcodes():
        if word == "equal":
            continue
        taken, given = old[a:b], new[c:d]
        indent = len(_shared([line[: len(line) - len(line.lstrip())] for line in (*taken, *given) if line.strip()]))
        # Where a line takes the place of another, what changes within it has to be seen.
        places = [_differing(*pair) for pair in zip(taken, given, strict=False)]
        for sign, start, side in (("-", a, taken), ("+", c, given)):
            for index, line in enumerate(side):
                begin, end = places[index] if index < len(places) else (indent, indent + 1)
                changed.append((first + start + index + 1, sign, line[indent:], begin - indent, end - indent))
    return changed


def _differing(one: str, other: str) -> tuple[int, int]:
    """Return where two lines begin to differ, and where the longer of the two differences ends."""
    begin = len(_shared((one, other)))
    alike = len(_shared((one[begin:][::-1], other[begin:][::-1])))
    return begin, max(len(one), len(other)) - alike


def _shared(texts: Sequence[str]) -> str:
    """Return the longest text that all begin with."""
    return os.path.commonprefix(texts)  # noqa: RUF071  characters are what is compared


def _without_ends(text: str) -> list[str]:
    return [line.rstrip("\r\n") for line in split_lines(text)]


def _patch_lines(
    patch: dict[str, list[Changed]], finding: Diagnosis, margin: int, options: RenderOptions
) -> list[Line]:
    lines: list[Line] = []
    for path, changed in patch.items():
        if finding.span is None or path != finding.span.path:
            lines.append([(" " * margin + "--> ", "gutter"), (plain(shown_path(path)), "")])
        most = len(changed) if options.show_all else MOST_CHANGED
        for number, sign, line, begin, end in changed[:most]:
            begin = min(max(begin, 0), len(line))
            text, _ = fitted(line, begin, max(end, begin + 1), options.width - margin - 5)
            gutter: Piece = (f"{number:>{margin}} | ", "gutter")
            lines.append([gutter, (f"{sign} {text}", "removed" if sign == "-" else "added")])
        if len(changed) > most:
            lines.append([(" " * margin + " | ", "gutter"), (f"{len(changed) - most} more lines: --all", "aside")])
    return lines
