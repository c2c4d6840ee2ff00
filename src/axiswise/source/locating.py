"""A log's frames in the source files at hand: found by path, believed only where the line still reads the same."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from axiswise.facts import Frame
from axiswise.origin import Span
from axiswise.source.log import LoggedFrame
from axiswise.source.text import SourceFile, Sources

_LIBRARY = re.compile(
    r"(?:^|[/\\])(?:site-packages|dist-packages|lib[/\\]python\d[\d.]*|Lib[/\\][a-z_]+\.py$|python\d+\.zip)(?:[/\\]|$)|^<"
)
_PLACES = (ast.Call, ast.BinOp, ast.AugAssign, ast.Subscript)


@dataclass(frozen=True, slots=True)
class Located:
    """Where a traceback's frames stand.

    Attributes:
        frames: The user's frames whose files are at hand and unchanged, outermost first.
        changed: A frame whose file is at hand and reads differently, or None.
        innermost: The user's innermost frame as logged, or None where the log shows none.
    """

    frames: tuple[Frame, ...] = ()
    changed: LoggedFrame | None = None
    innermost: LoggedFrame | None = None


def locate(logged: tuple[LoggedFrame, ...], root: Path, sources: Sources, op: str = "") -> Located:
    """Find the user's frames in the files at their own paths or under `root`.

    The result has frames only where the innermost of the user's frames is found: an outer line is not where it raised.

    Args:
        op: What the innermost frame's expression does, where a line without markers holds several.
    """
    own = [frame for frame in logged if not _LIBRARY.search(frame.path)]
    if not own:
        return Located()
    found: list[Frame] = []
    for frame in own:
        source = _file(frame.path, root, sources)
        if source is None:
            continue
        if not _reads(source, frame):
            if frame is own[-1]:
                return Located(changed=frame, innermost=frame)
            continue
        span = _span(source, frame, op if frame is own[-1] else "")
        found.append(Frame(span, frame.function))
        if frame is own[-1]:
            return Located(tuple(found), innermost=frame)
    return Located(innermost=own[-1])


def _file(path: str, root: Path, sources: Sources) -> SourceFile | None:
    """Return the file that a path means: itself, or the longest end of it that exists under the root."""
    parts = [part for part in re.split(r"[/\\]", path) if part not in ("", ".")]
    if not parts or ".." in parts or "\0" in path:
        return None
    candidates = [Path(path)] if Path(path).is_absolute() else []
    candidates.extend(root.joinpath(*parts[start:]) for start in range(len(parts)))
    for candidate in candidates:
        try:
            exists = candidate.is_file()
        except OSError:  # a name longer than the system takes
            continue
        if exists and (source := sources.file(str(candidate))) is not None:
            return source
    return None


def _reads(source: SourceFile, frame: LoggedFrame) -> bool:
    """Return whether the file's line is the one that the log shows."""
    if not frame.text or not 0 < frame.line <= len(source.lines):
        return False
    return source.lines[frame.line - 1].strip() == frame.text


def _span(source: SourceFile, frame: LoggedFrame, op: str) -> Span:
    """Return the expression of a frame: the one its markers cover, else the one of its line that fits the operation."""
    line = source.lines[frame.line - 1]
    indent = len(line) - len(line.lstrip())
    nodes = [node for node in ast.walk(source.tree) if isinstance(node, _PLACES) and node.lineno == frame.line]
    if frame.columns is not None:
        start, end = indent + frame.columns[0], indent + frame.columns[1]
        marked = Span(source.path, frame.line, start, frame.line, end)
        exact = [node for node in nodes if source.span(node) == marked]
        around = [node for node in nodes if _holds(source.span(node), frame.line, start, end)]
        chosen = exact or sorted(around, key=lambda node: _width(source.span(node)))
        return source.span(chosen[0]) if chosen else marked
    fitting = [node for node in nodes if _does(source, node, op)]
    if len(fitting) == 1:
        return source.span(fitting[0])
    calls = [node for node in nodes if not isinstance(node, ast.Subscript)] or nodes
    outermost = sorted(calls, key=lambda node: -_width(source.span(node)))
    return source.span(outermost[0]) if outermost else source.line_span(frame.line)


def _holds(span: Span, line: int, start: int, end: int) -> bool:
    return span.column <= start and (span.end_line > line or span.end_column >= end)


def _width(span: Span) -> int:
    return (span.end_line - span.line) * 1000 + span.end_column - span.column


def _does(source: SourceFile, node: ast.AST, op: str) -> bool:
    """Return whether a node spells an operation, as far as its spelling tells."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        product = isinstance(node.op, ast.MatMult)
        return product if op in ("matmul", "bmm", "mm", "mv", "dot") else op == "elementwise" and not product
    if isinstance(node, ast.Call):
        name = source.text_of(node.func).rpartition(".")[2]
        return name == op or (op in ("reshape", "view") and name in ("reshape", "view"))
    return op == "index"
