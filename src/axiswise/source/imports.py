"""How a file's own imports reach an object of a library: `keras.utils.to_categorical`, `tf.keras.layers.Flatten`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.diagnosis import Edit
from axiswise.origin import Span
from axiswise.source.text import SourceFile

ALSO = {"keras": ("tensorflow.keras", "tf_keras")}
"""Packages, and the other names that they go by."""


def reached(source: SourceFile, path: str) -> str | None:
    """Return an expression for a library's object, or None where no import of the file leads to it.

    Args:
        source: The file.
        path: The object's full name (`keras.utils.to_categorical`).
    """
    package, _, rest = path.partition(".")
    known = sorted(_bindings(source), key=lambda pair: -len(pair[1]))
    for root in (package, *ALSO.get(package, ())):
        full = f"{root}.{rest}"
        for name, bound in known:
            if full == bound:
                return name
            if full.startswith(f"{bound}."):
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


def imported_beside(source: SourceFile, name: str) -> ast.alias | None:
    """Return the place in a `from` import that binds a name under its own name, or None."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                if each.name == name and each.asname is None:
                    return each
    return None


def imported(source: SourceFile, package: str, name: str) -> tuple[str, tuple[Edit, ...]]:
    """Return the name a file reaches a package by, and the edits that import it as `name` where it does not yet."""
    for node in source.tree.body:
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name == package:
                    return each.asname or each.name, ()
    first = next((node for node in source.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))), None)
    line = first.lineno if first is not None else 1
    if isinstance(first, ast.ImportFrom) and first.module == "__future__":
        line = (first.end_lineno or first.lineno) + 1
    at = Span(source.path, line, 0, line, 0)
    text = f"import {package}\n" if package == name else f"import {package} as {name}\n"
    return name, (Edit(at, text),)
