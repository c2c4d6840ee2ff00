"""How a file's own imports reach an object of a library, and the import that a module needs first."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from axiswise.diagnosis import Edit
from axiswise.origin import Span
from axiswise.source.text import SourceFile

ALSO = {"keras": ("tensorflow.keras", "tf_keras"), "tensorflow": ("tensorflow.compat.v1",)}
"""Packages, and the other names that they go by."""


def reached(source: SourceFile, path: str) -> str | None:
    """Return an expression for a library's object, or None where no import of the file leads to it.

    Args:
        source: The file.
        path: The object's full name (`keras.utils.to_categorical`).
    """
    package, _, rest = path.partition(".")
    known = sorted(_bindings(source), key=lambda pair: (pair[0] == "*", -len(pair[1])))
    for root in (package, *ALSO.get(package, ())):
        full = f"{root}.{rest}"
        for name, bound in known:
            if full == bound or (name == "*" and full.rpartition(".")[0] == bound.removesuffix(".*")):
                return name if name != "*" else full.rpartition(".")[2]
            if name != "*" and full.startswith(f"{bound}."):
                return name + full[len(bound) :]
    return None


def _bindings(source: SourceFile) -> Iterator[tuple[str, str]]:
    """Yield each name that an import binds, with the full name of what it stands for."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                top = each.name.partition(".")[0]
                yield (each.asname, each.name) if each.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def class_at_hand(source: SourceFile, name: str) -> type | None:
    """Return a class by the name that a file imports it by, where its package is loaded already; None elsewhere."""
    top, dot, rest = name.partition(".")
    for bound, full in _bindings(source):
        module, _, last = f"{full}{dot}{rest}".rpartition(".")
        if bound == top and module in sys.modules:
            try:
                found = getattr(sys.modules[module], last, None)
            except (ImportError, RuntimeError):  # a package that imports its parts as they are asked for
                continue
            if isinstance(found, type):
                return found
    return None


def imported_beside(source: SourceFile, name: str) -> ast.alias | None:
    """Return the place in a `from` import that binds a name under its own name, or None."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                if each.name == name and each.asname is None:
                    return each
    return None


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
