"""The user's source files: text, syntax tree, and the node that a running frame stands at.

Texts can be replaced for a replay (`Sources.replaced`), so that an edited copy never has to touch the disk.
"""

from __future__ import annotations

import ast
import io
import tokenize
from functools import cached_property
from pathlib import Path
from types import CodeType

from axiswise.origin import Span


class SourceFile:
    """One file: its text, lines and tree. Columns are in characters; Python's own are UTF-8 bytes."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")  # as Python counts them: no other character ends a line

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Each node's parent."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def calls(self) -> list[ast.Call]:
        """The calls in it."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    @cached_property
    def handling(self) -> list[ast.Try]:
        """The `try` statements that have handlers, outer ones first."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Try) and node.handlers]

    @cached_property
    def _by_position(self) -> dict[tuple[int, int, int, int], ast.AST]:
        """Positions to nodes, the outermost node of equal extent losing to the inner expression."""
        found: dict[tuple[int, int, int, int], ast.AST] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.expr, ast.stmt)) and node.end_lineno is not None:
                assert node.end_col_offset is not None
                key = (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
                if key not in found or isinstance(node, ast.expr):
                    found[key] = node
        return found

    def node_at(self, position: tuple[int | None, int | None, int | None, int | None]) -> ast.AST | None:
        """Return the node at a bytecode position (line, end line, column, end column), or None."""
        line, end_line, column, end_column = position
        if line is None or end_line is None or column is None or end_column is None:
            return None
        return self._by_position.get((line, end_line, column, end_column))

    @cached_property
    def _by_span(self) -> dict[Span, ast.AST]:
        """Spans to nodes, the innermost expression where several have one."""
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, (ast.expr, ast.stmt)))
        return {self.span(node): node for node in nodes}

    def node_spanning(self, span: Span) -> ast.AST | None:
        """Return the node whose span is the given one, the innermost expression where several have it."""
        return self._by_span.get(span)

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """Return the innermost statement that holds a node."""
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            current = self.parents.get(current)
        return current

    def column(self, line: int, byte_offset: int) -> int:
        """Return a UTF-8 byte offset of a line in characters."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return byte_offset if text.isascii() else len(text.encode()[:byte_offset].decode(errors="replace"))

    def span(self, node: ast.AST) -> Span:
        """Return a node's span."""
        line, end = getattr(node, "lineno", 1), getattr(node, "end_lineno", None)
        end = end if end is not None else line
        start_column = self.column(line, getattr(node, "col_offset", 0))
        return Span(self.path, line, start_column, end, self.column(end, getattr(node, "end_col_offset", 0) or 0))

    def segment(self, span: Span) -> str:
        """Return the text of a span."""
        lines = self.lines[span.line - 1 : span.end_line]
        if not lines:
            return ""
        if span.line == span.end_line:
            return lines[0][span.column : span.end_column]
        return "\n".join([lines[0][span.column :], *lines[1:-1], lines[-1][: span.end_column]])

    def text_of(self, node: ast.AST) -> str:
        """Return a node's text."""
        return self.segment(self.span(node))

    def line_span(self, line: int) -> Span:
        """Return the span of a line without its indentation."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Span(self.path, line, len(text) - len(text.lstrip()), line, len(text.rstrip()))


class Sources:
    """All source files of a run, read once; `replaced` holds the texts of an edited copy."""

    def __init__(self, replaced: dict[str, str] | None = None) -> None:
        self.replaced = dict(replaced or {})
        self._files: dict[str, SourceFile | None] = {}
        self._positions: dict[CodeType, list[tuple[int | None, int | None, int | None, int | None]]] = {}

    def file(self, path: str) -> SourceFile | None:
        """Return a file, or None where it cannot be read or parsed."""
        if path not in self._files:
            self._files[path] = self._load(path)
        return self._files[path]

    def _load(self, path: str) -> SourceFile | None:
        text = self.replaced.get(path)
        try:
            loaded = SourceFile(path, text if text is not None else read_source(Path(path)))
            loaded.tree  # noqa: B018  parsed here so that a file is known to be whole
        except (OSError, SyntaxError, ValueError):
            return None
        return loaded

    def position(self, code: CodeType, instruction: int) -> tuple[int | None, int | None, int | None, int | None]:
        """Return the (line, end line, column, end column) of an instruction offset, in bytes as Python gives them."""
        if code not in self._positions:
            self._positions[code] = list(code.co_positions())
        positions = self._positions[code]
        index = instruction // 2
        return positions[index] if 0 <= index < len(positions) else (None, None, None, None)

    def node(self, code: CodeType, instruction: int) -> ast.AST | None:
        """Return the node that a frame's instruction belongs to, or None."""
        source = self.file(code.co_filename)
        return source.node_at(self.position(code, instruction)) if source else None


def read_source(path: Path) -> str:
    """Read a Python file by its declared encoding, universal newlines translated.

    Raises:
        OSError: It cannot be read.
        SyntaxError: Its encoding is unknown or does not fit its bytes.
    """
    data = path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    try:
        return io.TextIOWrapper(io.BytesIO(data), encoding=encoding).read()
    except UnicodeDecodeError as error:
        raise SyntaxError(f"{path.name} is not {encoding}: {error.reason} at byte {error.start}") from error
