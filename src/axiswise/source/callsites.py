"""The calls of a class in its project, with the values they give: the best evidence of what its arguments are."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axiswise.origin import Span
from axiswise.source.evaluating import Evaluator, Unknown
from axiswise.source.project import module_name
from axiswise.source.text import SourceFile

_RAISING = re.compile(r"\b(assert)?raises(_?regex)?\(", re.IGNORECASE)
"""What is opened around a call that a test wants to fail."""

MOST_SITES = 12
"""Calls of one class whose arguments are looked at."""


@dataclass(frozen=True, slots=True)
class Site:
    """One call of a class.

    Attributes:
        span: The call.
        positional: Values of its arguments by position; `Unknown` where a value cannot be had.
        named: Values of its arguments by keyword.
    """

    span: Span
    positional: tuple[Any, ...]
    named: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Where it is, as it is told: `train.py:31`."""
        return f"{os.path.basename(self.span.path)}:{self.span.line}"


def sites(name: str, path: str, evaluator: Evaluator) -> tuple[Site, ...]:
    """Return the calls of a class, the most telling first: those that run by themselves before those within modules.

    Args:
        name: The class.
        path: The file that defines it.
        evaluator: Finds the values of the arguments.
    """
    listed: list[Site] = []
    for source, call in calls_of(name, path, evaluator):
        positional, named = evaluator.arguments(call, source)
        listed.append(Site(source.span(call), tuple(positional), named))
    return tuple(sorted(listed, key=_unknown))


def calls_of(name: str, path: str, evaluator: Evaluator) -> list[tuple[SourceFile, ast.Call]]:
    """Return the calls of what a file defines by a name, those that run by themselves before those within modules.

    What a test expects to raise is left out.
    """
    of_it = [(file, call) for file, call in evaluator.calls(name) if _means(name, file, call, path, evaluator)]
    of_it = [(file, call) for file, call in of_it if not is_to_raise(file, call)]
    return sorted(of_it, key=lambda pair: _rank(*pair, path))[:MOST_SITES]


def _means(name: str, source: SourceFile, call: ast.Call, path: str, evaluator: Evaluator) -> bool:
    """Return whether a call in some file is of the class that another file defines, and not of one of the same name."""
    if isinstance(call.func, ast.Attribute):  # `models.Net(...)`, after `import models` or `from . import models as m`
        base = ast.unparse(call.func.value)
        names = [alias for node in ast.walk(source.tree) if isinstance(node, _IMPORTS) for alias in node.names]
        full = next((alias.name for alias in names if alias.asname == base), base)
        return source.path != path and _is_named(path, full)
    if source.path == path:
        return True
    parts = module_name(path)[0].split(".")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and any((each.asname or each.name) in (name, "*") for each in node.names):
            tail = (node.module or "").rpartition(".")[2]
            if _is_from(path, node, source.path) or (tail in parts and _handed_on(name, path, evaluator)):
                return True
    return False


def _is_from(path: str, node: ast.ImportFrom, importing: str) -> bool:
    """Return whether an import in some file takes from another file, and not from one of the same name elsewhere."""
    folder = os.path.dirname(importing)
    near = os.path.join(folder, *[os.pardir] * (node.level - 1), *(node.module or "").split("."))
    if node.level or os.path.isfile(f"{near}.py") or os.path.isfile(os.path.join(near, "__init__.py")):
        return os.path.normpath(f"{near}.py") == path
    return _is_named(path, node.module or "")


def _is_named(path: str, module: str) -> bool:
    """Return whether a file can be what is imported by a dotted name."""
    return os.path.splitext(path)[0].endswith(os.path.join(os.sep, *module.split(".")))


_IMPORTS = (ast.Import, ast.ImportFrom)


def _handed_on(name: str, path: str, evaluator: Evaluator) -> bool:
    """Return whether the package of a file takes a name from it, to be imported from the package."""
    package = evaluator.project.sources.file(os.path.join(os.path.dirname(path), "__init__.py"))
    module = module_name(path)[0].rpartition(".")[2]
    for node in package.tree.body if package is not None else ():
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2] == module:
            if any(each.name in (name, "*") for each in node.names):
                return True
    return False


def class_around(source: SourceFile, call: ast.Call) -> ast.ClassDef | None:
    """Return the class in whose text a call stands."""
    node = source.parents.get(call)
    while node is not None and not isinstance(node, ast.ClassDef):
        node = source.parents.get(node)
    return node


def is_to_raise(source: SourceFile, call: ast.Call) -> bool:
    """Return whether a call stands where it is said to raise: `with pytest.raises(ValueError): ...`."""
    node: ast.AST | None = call
    while node is not None:
        if isinstance(node, ast.With) and any(_RAISING.search(ast.unparse(each)) for each in node.items):
            return True
        node = source.parents.get(node)
    return False


def _unknown(site: Site) -> int:
    return sum(isinstance(each, Unknown) for each in (*site.positional, *site.named.values()))


def _rank(source: SourceFile, call: ast.Call, path: str) -> tuple[int, int]:
    """Return 0 for a call at the top of a file, 1 in a function, 2 in a class; of the file itself before others."""
    depth = 0
    node: ast.AST | None = call
    while node is not None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            depth = max(depth, 1)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("Test"):
            depth = 2
        node = source.parents.get(node)
    return depth, int(source.path != path)
