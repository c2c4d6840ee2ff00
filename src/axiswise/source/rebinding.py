"""Giving a name another value once, on a line of its own, for every use that follows."""

from __future__ import annotations

import ast

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
    if not isinstance(node, ast.Name):
        return None
    scope: ast.AST = node
    while not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
        scope = site.source.parents[scope]
    bound = [
        each
        for each in ast.walk(scope)
        if isinstance(each, ast.Assign) and each.lineno < node.lineno and _binds(each.targets, node.id)
    ]
    if not bound:
        return None
    last = max(bound, key=lambda each: each.lineno)
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
        for each in ast.walk(scope)
    )
    return Edit(at, f"\n{indent}{node.id} = {template.replace('{}', node.id)}"), reads


def _binds(targets: list[ast.expr], name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for target in targets for each in ast.walk(target))
