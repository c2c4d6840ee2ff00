"""Layers put before one, or after it: in a list of layers, in a chain of calls, by `model.add`, around its input."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from axiswise.diagnosis import Edit
from axiswise.origin import Span
from axiswise.source.callsite import CallSite
from axiswise.source.imports import imported_beside, reached
from axiswise.source.text import SourceFile


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
    name = _beside(source, built.call, kind)
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
        line = _remarked(source, whole)
        start = Span(whole.path, line, whole.column, line, whole.column)
        return Edit(start, f"{source.text_of(parent.func)}({name}())\n{' ' * whole.column}")
    if isinstance(parent, (ast.Call, ast.List, ast.Tuple)):
        own_line = not source.lines[span.line - 1][: span.column].strip()
        return Edit(start, f"{name}(),\n{' ' * span.column}" if own_line else f"{name}(), ")
    return None


def layers_after(built: CallSite | None, kinds: Sequence[tuple[str, str]]) -> Edit | None:
    """Return the edit that puts layers after another in a list or by `model.add`; None where it stands in neither.

    Args:
        built: The constructor call of the layer that comes before.
        kinds: The class of each layer, and its arguments as they are written.
    """
    if built is None or built.call is None:
        return None
    source, parent = built.source, built.source.parents.get(built.call)
    named = [(_beside(source, built.call, kind), given) for kind, given in kinds]
    if any(name is None for name, _ in named):
        return None
    layers = [f"{name}({given})" for name, given in named]
    if isinstance(parent, ast.List):
        own = source.span(built.call)
        end = Span(own.path, own.end_line, own.end_column, own.end_line, own.end_column)
        return Edit(end, "".join(f", {layer}" for layer in layers))
    if not isinstance(parent, ast.Call) or not isinstance(parent.func, ast.Attribute) or parent.func.attr != "add":
        return None
    statement = source.statement_of(parent)
    if not isinstance(statement, ast.Expr) or statement.value is not parent:
        return None
    whole = source.span(statement)
    end = Span(whole.path, whole.end_line, whole.end_column, whole.end_line, whole.end_column)
    add = source.text_of(parent.func)
    return Edit(end, "".join(f"\n{' ' * whole.column}{add}({layer})" for layer in layers))


def without_layer(built: CallSite | None) -> Edit | None:
    """Return the edit that takes a layer out of the call or the list that it is written in, with a comma beside it."""
    if built is None or built.call is None:
        return None
    source, parent = built.source, built.source.parents.get(built.call)
    items = parent.args if isinstance(parent, ast.Call) else parent.elts if isinstance(parent, ast.List) else []
    if built.call not in items or len(items) < 2:
        return None
    own, place = source.span(built.call), items.index(built.call)
    if place:
        before = source.span(items[place - 1])
        return Edit(Span(own.path, before.end_line, before.end_column, own.end_line, own.end_column), "")
    after = source.span(items[1])
    return Edit(Span(own.path, own.line, own.column, after.line, after.column), "")


def of_more_axes(built: CallSite, count: int, wanted: int) -> tuple[Edit, ...]:
    """Return the edits that make a layer, and all of its class in the file, one for another number of spatial axes.

    Args:
        built: The layer's constructor call.
        count: How many it slides over (the 1 of `Conv1D`).
        wanted: How many it should.
    """
    source, call = built.source, built.call
    name = source.text_of(call.func) if call is not None else ""
    head, number, rest = name.partition(f"{count}D")
    if call is None or not number or rest or wanted > 3:
        return ()
    other = head.rpartition(".")[2] + f"{wanted}D"
    spans = [source.span(each.func) for each in source.calls if source.text_of(each.func) == name]
    edits = tuple(Edit(span, f"{head}{wanted}D") for span in spans)
    if "." in head or reached(source, f"keras.layers.{other}") == other:
        return edits
    beside = imported_beside(source, name)
    if beside is None:
        return ()
    span = source.span(beside)
    return (Edit(Span(span.path, span.end_line, span.end_column, span.end_line, span.end_column), f", {other}"), *edits)


def _remarked(source: SourceFile, statement: Span) -> int:
    """Return the line on which a statement begins, with the comment right above it."""
    line = statement.line
    while line > 1 and source.lines[line - 2].startswith(" " * statement.column + "#"):
        line -= 1
    return line


def _beside(source: SourceFile, call: ast.Call, kind: str) -> str | None:
    """Return how a file reaches a class of layers that is found where another's is."""
    prefix = source.text_of(call.func).rpartition(".")[0]
    return f"{prefix}.{kind}" if prefix else reached(source, f"keras.layers.{kind}")


def _around(site: CallSite, call: ast.Call, name: str) -> Edit | None:
    if not call.args or isinstance(call.args[0], ast.Starred):
        return None
    given = call.args[0]
    return Edit(site.source.span(given), f"{name}()({site.source.text_of(given)})")
