"""What a scope binds to a name: assignments, loops, parameters and open files, read off the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.source.text import SourceFile

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def parameters(scope: Function) -> set[str]:
    """Return the names of a function's parameters."""
    return {each.arg for each in (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs)}


def default(name: str, scope: Function) -> ast.expr | None:
    """Return the default of a function's parameter, or None."""
    listed = [*scope.args.posonlyargs, *scope.args.args]
    padded = [None] * (len(listed) - len(scope.args.defaults)) + list(scope.args.defaults)
    pairs = zip([*listed, *scope.args.kwonlyargs], [*padded, *scope.args.kw_defaults], strict=True)
    return next((default for each, default in pairs if each.arg == name), None)


def assigned(name: str, scope: ast.AST, node: ast.AST, source: SourceFile) -> ast.expr | tuple[ast.expr, int] | None:
    """Return what a scope binds to a name before an expression: a value, or a place in it (-1: its first item)."""
    found: ast.expr | tuple[ast.expr, int] | None = None
    line = getattr(node, "lineno", 0) if scope in _around(node, source) else 0
    for each in _statements(scope):
        if line and getattr(each, "lineno", 0) >= line and not isinstance(each, (ast.For, ast.comprehension)):
            continue
        if isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value is not None:
            for target in each.targets if isinstance(each, ast.Assign) else [each.target]:
                if isinstance(target, ast.Name) and target.id == name:
                    found = each.value
                elif isinstance(target, ast.Tuple):
                    names = [getattr(one, "id", None) for one in target.elts]
                    found = (each.value, names.index(name)) if name in names else found
        elif isinstance(each, (ast.For, ast.comprehension)) and getattr(each.target, "id", None) == name:
            found = (each.iter, -1)
    return found


def known_as(name: str, node: ast.AST, source: SourceFile) -> str:
    """Return how a place reads what another one calls by a name: so, or as `self.name` of its class; empty if not."""
    bare = name.removeprefix("self.")
    scope = source.parents.get(node)
    while scope is not None:
        given = parameters(scope) if isinstance(scope, Function) else set[str]()
        if name in given or (not isinstance(scope, ast.ClassDef) and assigned(name, scope, node, source) is not None):
            return name
        if isinstance(scope, ast.ClassDef) and any(_keeps(each, bare) for each in ast.walk(scope)):
            return f"self.{bare}"
        scope = source.parents.get(scope)
    return ""


def _keeps(node: ast.AST, name: str) -> bool:
    """Return whether a node sets an attribute of the object that a class is of."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store):
        return False
    return node.attr == name and isinstance(node.value, ast.Name) and node.value.id == "self"


def _around(node: ast.AST, source: SourceFile) -> Iterator[ast.AST]:
    """Yield the innermost function around a node, or the module."""
    scope: ast.AST | None = source.parents.get(node, node)
    while scope is not None and not isinstance(scope, (ast.Module, *Function.__args__)):
        scope = source.parents.get(scope)
    if scope is not None:
        yield scope


def _statements(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a scope, in order, without the functions and classes in it."""
    for each in ast.iter_child_nodes(scope):
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield each
            yield from _statements(each)


def opened(name: str, source: SourceFile) -> ast.expr | None:
    """Return the expression that `with ... as name` opens."""
    for each in ast.walk(source.tree):
        if isinstance(each, ast.withitem) and getattr(each.optional_vars, "id", None) == name:
            return each.context_expr
    return None


def is_set_anew(name: str, source: SourceFile) -> bool:
    """Return whether a function gives a module's name another value as it runs (`global config`)."""
    return "global " in source.text and any(
        isinstance(each, ast.Global) and name in each.names for each in ast.walk(source.tree)
    )
