"""The edit that makes a module known to a file, where no import does yet."""

from __future__ import annotations

import ast

from axiswise.diagnosis import Edit
from axiswise.origin import Span
from axiswise.source.text import SourceFile


def importing(source: SourceFile, module: str, name: str) -> tuple[str, tuple[Edit, ...]]:
    """Return the name by which a file knows a module; where it knows none, `name` and the edit that imports it so."""
    first: ast.stmt | None = None
    for statement in source.tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.name == module:
                    return alias.asname or alias.name, ()
        is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if first is None and isinstance(statement, (ast.Import, ast.ImportFrom)) and not is_future:
            first = statement
    if first is None:
        return name, ()
    start = source.span(first)
    at = Span(start.path, start.line, start.column, start.line, start.column)
    return name, (Edit(at, f"import {module} as {name}\n"),)
