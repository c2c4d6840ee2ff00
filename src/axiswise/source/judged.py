"""Another loss or metric in the place of the one that a program asks for, by whichever name it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from axiswise.diagnosis import Edit
from axiswise.origin import Span
from axiswise.source.callsite import CallSite
from axiswise.source.imports import imported_beside, reached
from axiswise.source.text import SourceFile


def renamed(site: CallSite, names: Mapping[str, str]) -> Iterator[tuple[Edit, ...]]:
    """Yield the edits that ask for another function, class or name in a call, and in the values of its arguments.

    Args:
        site: The call: of `compile`, of the loss's constructor, or of the function itself.
        names: Old names to new ones.
    """
    found = list(_named(site.source, site.node, names))
    if not found and site.call is not None:
        given = [*site.call.args, *(keyword.value for keyword in site.call.keywords)]
        values = [site.definition(argument) for argument in given]
        found = [each for value in values if value is not None for each in _named(site.source, value, names)]
    yield from found


def _named(source: SourceFile, inside: ast.AST, names: Mapping[str, str]) -> Iterator[tuple[Edit, ...]]:
    for node in ast.walk(inside):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names:
            text = source.text_of(node)
            yield (Edit(source.span(node), text.replace(node.value, names[node.value])),)
        elif isinstance(node, ast.Attribute) and node.attr in names:
            yield (Edit(source.span(node), f"{source.text_of(node.value)}.{names[node.attr]}"),)
        elif isinstance(node, ast.Name) and node.id in names:
            yield from _imported(source, node, names[node.id])


def _imported(source: SourceFile, node: ast.Name, name: str) -> Iterator[tuple[Edit, ...]]:
    """Use a name that has to be imported first, beside the one it replaces."""
    edit = Edit(source.span(node), name)
    if reached(source, f"keras.losses.{name}") == name or reached(source, f"keras.metrics.{name}") == name:
        yield (edit,)
        return
    beside = imported_beside(source, node.id)
    if beside is not None and beside.end_lineno is not None:
        span = source.span(beside)
        end = Span(span.path, span.end_line, span.end_column, span.end_line, span.end_column)
        yield (Edit(end, f", {name}"), edit)
