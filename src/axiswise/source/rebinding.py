"""Giving a name another value once, on a line of its own, for every use that follows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.diagnosis import Edit
from axiswise.origin import Span
from axiswise.source.callsite import CallSite


def rebound(site: CallSite, template: str) -> tuple[Edit, int] | None:
    """Return the edit that binds a name anew after its last assignment above, and how often it is read after that.

    Args:
        site: The use of the name; at anything else nothing is bound.
        template: The new value, `{}` for the old one.
    """
    node = site.node
    last = bound(site, node.id) if isinstance(node, ast.Name) else None
    if last is None or not isinstance(node, ast.Name):
        return None
    end = site.source.span(last)
    line = site.source.lines[end.line - 1]
    indent = line[: len(line) - len(line.lstrip())]
    if line.strip() == "" or end.column != len(indent):
        return None  # it shares its line with another statement
    at = Span(end.path, end.end_line, end.end_column, end.end_line, end.end_column)
    reads = sum(
        isinstance(each, ast.Name)
        and each.id == node.id
        and isinstance(each.ctx, ast.Load)
        and each.lineno > last.lineno
        for each in ast.walk(_scope(site))
    )
    return Edit(at, f"\n{indent}{node.id} = {template.replace('{}', node.id)}"), reads


def bound(site: CallSite, name: str) -> ast.Assign | None:
    """Return the last assignment to a name above a use of it, in the use's own scope; None where there is none."""
    line = getattr(site.node, "lineno", 0)
    found = [
        each
        for each in ast.walk(_scope(site))
        if isinstance(each, ast.Assign) and each.lineno < line and _binds(each.targets, name)
    ]
    return max(found, key=lambda each: each.lineno, default=None)


def bound_before(site: CallSite, node: ast.expr) -> list[ast.Assign]:
    """Return the assignments that what an expression reads was taken from, by name: the nearest first."""
    found: list[ast.Assign] = []
    at, roots = site, list(_roots(node))
    while (before := next((each for name in roots if (each := bound(at, name)) is not None), None)) is not None:
        found.append(before)
        at, roots = CallSite(site.source, before), list(_roots(before.value))
    return found


def _roots(node: ast.expr) -> Iterator[str]:
    """Yield the name that an expression begins with, and those of what its calls are given first.

    The `data` of `data.train.batch(50)[1]`, the `np` and the `rows` of `np.array(rows)`.
    """
    given: list[ast.expr] = []
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(node, ast.Call):
            given += node.args[:1]
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id
    for each in given:
        yield from _roots(each)


def _scope(site: CallSite) -> ast.AST:
    scope = site.node
    while not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
        scope = site.source.parents[scope]
    return scope


def _binds(targets: list[ast.expr], name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for target in targets for each in ast.walk(target))
