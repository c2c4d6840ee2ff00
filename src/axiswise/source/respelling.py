"""How an expression reads with another number in it: the factor 1 left out, or `4 + size` as `4 + size * size`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from axiswise.diagnosis import Edit
from axiswise.facts import Origin
from axiswise.origin import Span
from axiswise.source.provenance import inverted
from axiswise.source.text import SourceFile


def whole(source: SourceFile, span: Span) -> ast.AST | None:
    """Return the whole arithmetic that the number at a span stands in: `64 * 2 * 2` for one of its twos."""
    node = source.node_spanning(span)
    while node is not None and isinstance(parent := source.parents.get(node), (ast.BinOp, ast.UnaryOp)):
        node = parent
    return node


def with_number(source: SourceFile, span: Span, number: int) -> tuple[Edit, str]:
    """Return the edit that writes another number at a span, and how the whole arithmetic then reads."""
    node = source.node_spanning(span)
    edit = Edit(span, str(number))
    parent = source.parents.get(node) if node is not None else None
    if isinstance(parent, ast.BinOp):
        other = _left_of(parent, node, number)
        if other is not None:
            edit = Edit(source.span(parent), source.text_of(other))
    return edit, _read(source, edit)


def _left_of(parent: ast.BinOp, node: ast.AST | None, number: int) -> ast.expr | None:
    """Return the operand that is all that is left of an operation with a number, or None where the number counts."""
    either, behind = _NEUTRAL.get(number, ((), ()))
    if isinstance(parent.op, (*either, *behind)) and parent.right is node:
        return parent.left
    return parent.right if isinstance(parent.op, either) and parent.left is node else None


_NEUTRAL: Mapping[int, tuple[tuple[type[ast.operator], ...], tuple[type[ast.operator], ...]]] = {
    0: ((ast.Add,), (ast.Sub,)),
    1: ((ast.Mult,), (ast.Div, ast.FloorDiv, ast.Pow)),
}
"""Operations that a number leaves the other operand of: on either side, and behind it only."""


def squares(source: SourceFile, origin: Origin, wanted: float) -> Iterator[tuple[Edit, str]]:
    """Yield edits that square a name beside a literal, with how the whole then reads: a side in an area's place."""
    if len(origin.parts) != 2:
        return
    for side, other, is_left in ((*origin.parts, True), (*reversed(origin.parts), False)):
        needed = inverted(origin.kind, other.value, wanted, is_left)
        if needed is None:
            continue
        node = source.node_spanning(other.span) if other.kind == "literal" and other.span is not None else None
        parent = source.parents.get(node) if node is not None else None
        if side.value > 1 and needed == side.value**2 and isinstance(parent, ast.BinOp):
            named = parent.left if is_left else parent.right
            if isinstance(named, (ast.Name, ast.Attribute)):
                text = source.text_of(named)
                edit = Edit(source.span(named), f"{text} * {text}" if origin.kind in "+-*" else f"({text} * {text})")
                yield edit, _read(source, edit)
        yield from squares(source, side, needed)


def _read(source: SourceFile, edit: Edit) -> str:
    """Return how the whole arithmetic around an edit reads once it is made."""
    top = whole(source, edit.span)
    if top is None:
        return edit.text
    outer, inner = source.span(top), edit.span
    head = Span(outer.path, outer.line, outer.column, inner.line, inner.column)
    tail = Span(outer.path, inner.end_line, inner.end_column, outer.end_line, outer.end_column)
    return " ".join(f"{source.segment(head)}{edit.text}{source.segment(tail)}".split())
