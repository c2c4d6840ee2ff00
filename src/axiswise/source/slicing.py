"""Slices that leave out as much of an axis as the other side of a conflict lacks: `x[:, 1:]` for `x[:, :]`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.diagnosis import Edit, Fix
from axiswise.facts import OpCall
from axiswise.source.callsite import CallSite

EVIDENCE = 1.0
"""Beside a tensor that lacks just so much, its first or last places were meant to be left out."""

MOST = 4
"""Places that are left out: a token of its own, a border."""


def resliced(site: CallSite, call: OpCall, given: int, wanted: int) -> Iterator[Fix]:
    """Yield slices of a subscript that leave out the first or the last places of a whole axis.

    Args:
        site: The subscript.
        call: What it did.
        given: The size of an axis that is too large.
        wanted: What it should be.
    """
    node, ref = site.node, call.operands.get("input")
    if call.op != "index" or not isinstance(node, ast.Subscript) or ref is None or not 0 < given - wanted <= MOST:
        return
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for part, axis in _axes(parts, ref.rank):
        if isinstance(part, ast.Slice) and _is_whole(part) and ref.shape[axis] == given:
            for text, title in ((f"{given - wanted}:", "first"), (f":-{given - wanted}", "last")):
                edit = Edit(site.source.span(part), text)
                yield Fix(f"leave out the {title} of axis {axis}", (edit,), EVIDENCE - 0.1 * (title == "last"))


def _is_whole(part: ast.Slice) -> bool:
    """Return whether a slice leaves nothing out."""
    return part.lower is None and part.upper is None and part.step is None


def _axes(parts: list[ast.expr], rank: int) -> Iterator[tuple[ast.expr, int]]:
    """Yield the parts of a subscript with the axes that they are of."""
    taking = [part for part in parts if not _is_constant(part, None)]
    at = 0
    for part in taking:
        if _is_constant(part, ...):
            at += rank - len(taking) + 1
        else:
            if 0 <= at < rank:
                yield part, at
            at += 1


def _is_constant(part: ast.expr, value: object) -> bool:
    return isinstance(part, ast.Constant) and part.value is value
