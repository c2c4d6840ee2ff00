"""Another layer put before one: in a list of layers, in a chain of calls, by `model.add`, or around what is given."""

from __future__ import annotations

import ast

from axiswise.diagnosis import Edit
from axiswise.origin import Span
from axiswise.source.callsite import CallSite
from axiswise.source.imports import reached


def layer_before(built: CallSite | None, called: CallSite | None, kind: str) -> Edit | None:
    """Return the edit that puts a layer without arguments before another, or None where no place for it is known.

    Args:
        built: The constructor call of the layer that comes after.
        called: The user's own call of that layer, where there is one apart from its constructor.
        kind: The class of the layer to put in (`Flatten`).
    """
    if built is None or built.call is None:
        return None
    source, parent = built.source, built.source.parents.get(built.call)
    prefix = source.text_of(built.call.func).rpartition(".")[0]
    name = f"{prefix}.{kind}" if prefix else reached(source, f"keras.layers.{kind}")
    if name is None:
        return None
    if isinstance(parent, ast.Call) and parent.func is built.call:
        return _around(built, parent, name)
    if called is not None and called.call is not None and isinstance(parent, ast.Assign):
        return _around(called, called.call, name)
    span = source.span(built.call)
    start = Span(span.path, span.line, span.column, span.line, span.column)
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr == "add":
        statement = source.statement_of(parent)
        if not isinstance(statement, ast.Expr) or statement.value is not parent:
            return None
        whole = source.span(statement)
        start = Span(whole.path, whole.line, whole.column, whole.line, whole.column)
        return Edit(start, f"{source.text_of(parent.func)}({name}())\n{' ' * whole.column}")
    if isinstance(parent, (ast.Call, ast.List, ast.Tuple)):
        own_line = not source.lines[span.line - 1][: span.column].strip()
        return Edit(start, f"{name}(),\n{' ' * span.column}" if own_line else f"{name}(), ")
    return None


def _around(site: CallSite, call: ast.Call, name: str) -> Edit | None:
    if not call.args or isinstance(call.args[0], ast.Starred):
        return None
    given = call.args[0]
    return Edit(site.source.span(given), f"{name}()({site.source.text_of(given)})")
