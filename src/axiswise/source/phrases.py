"""What is written around a size and has the wanted value: `value_dim * heads` above, for `value_dim` here."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from axiswise.source.bindings import Function
from axiswise.source.provenance import OPERATORS, SIGNS
from axiswise.source.text import SourceFile

MOST = 2
"""Expressions that are offered for one number."""


def phrases(source: SourceFile, argument: ast.expr, sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """Return the arithmetic of the same function that has a value, that which is likest to an expression first.

    Args:
        source: The file.
        argument: The expression of the number that is wrong.
        sizes: Numbers of the function by name.
        wanted: The value.

    Returns:
        How often each stands there.
    """
    scope: ast.AST | None = argument
    while scope is not None and not isinstance(scope, Function):
        scope = source.parents.get(scope)
    own, inside = _leaves(argument), set(ast.walk(argument))
    found = [
        node
        for node in (ast.walk(scope) if scope is not None else ())
        if isinstance(node, ast.BinOp) and node not in inside and own & _leaves(node)
        if valued(node, sizes) == wanted
    ]
    found.sort(key=lambda node: len(_leaves(node) - own) - len(own & _leaves(node)))
    return dict(Counter(map(ast.unparse, found)).most_common(MOST))


def _leaves(node: ast.expr) -> set[str]:
    """Return the names and the numbers that arithmetic is made of."""
    if isinstance(node, ast.BinOp):
        return _leaves(node.left) | _leaves(node.right)
    return {ast.unparse(node)}


def multiples(argument: ast.expr, sizes: Mapping[str, int], wanted: int) -> Iterator[str]:
    """Yield what a number was meant to be the share of: `width * 3`, where `3` alone is written."""
    factor = argument.value if isinstance(argument, ast.Constant) else None
    if isinstance(factor, int) and factor > 1 and wanted % factor == 0:
        yield from (f"{name} * {factor}" for name, size in sizes.items() if size * factor == wanted and size > 1)


def valued(node: ast.expr, sizes: Mapping[str, int]) -> float | None:
    """Return what an expression of names and whole numbers comes to, or None."""
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.Name() | ast.Attribute():
            return sizes.get(ast.unparse(node))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
            first, second = valued(left, sizes), valued(right, sizes)
            if first is None or second is None or (second == 0 and SIGNS[type(op)] == "//"):
                return None
            return OPERATORS[SIGNS[type(op)]](first, second)
        case _:
            return None
