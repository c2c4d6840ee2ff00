"""Products of written numbers (`7 * 7 * 64`), wherever a file spells one of them alike."""

from __future__ import annotations

import ast
from math import prod

from axiswise.origin import Span
from axiswise.source.callsite import CallSite


def spelled_alike(site: CallSite, value: int) -> list[Span]:
    """Return where the site's file writes a product as the site itself writes it for a value."""
    spellings = {ast.unparse(node) for node in ast.walk(site.node) if _product(node) == value}
    nodes = (node for node in ast.walk(site.source.tree) if _product(node) and ast.unparse(node) in spellings)
    return [site.source.span(node) for node in nodes]


def _product(node: ast.AST) -> int | None:
    """Return the value of a product of written numbers, or None for anything else."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return None
    sides = [_number(each) if isinstance(each, ast.Constant) else _product(each) for each in (node.left, node.right)]
    known = [side for side in sides if side is not None]
    return prod(known) if len(known) == 2 else None


def _number(node: ast.Constant) -> int | None:
    return node.value if isinstance(node.value, int) and not isinstance(node.value, bool) else None
