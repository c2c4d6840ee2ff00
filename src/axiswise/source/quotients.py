"""A share written as a number where the whole and the parts have names: `head = 16` as `d_model // heads`."""

from __future__ import annotations

import ast

from axiswise.diagnosis import Edit
from axiswise.facts import OpCall
from axiswise.origin import origin_of
from axiswise.source.text import SourceFile, Sources


def quotient(sources: Sources, maker: OpCall, share: object, whole: int, parts: int) -> Edit | None:
    """Return the edit that writes a literal as the quotient of two names, or None where these are not at hand there.

    Args:
        sources: The user's files.
        maker: The call of a layer that made the whole; its constructor knows the names.
        share: The number that is written.
        whole, parts: What the quotient divides.
    """
    origin, frame = origin_of(share), maker.layer.built[-1] if maker.layer is not None and maker.layer.built else None
    if origin is None or origin.kind != "literal" or origin.span is None or frame is None:
        return None
    source = sources.file(origin.span.path)
    if source is None or frame.span.path != origin.span.path or not whole or not parts or whole == parts:
        return None
    if _function(source, source.node_spanning(origin.span)) is not _function(source, source.node_spanning(frame.span)):
        return None
    names = {size: name for name, size in reversed(list(frame.sizes.items())) if name.isidentifier()}
    if whole not in names or parts not in names:
        return None
    return Edit(origin.span, f"{names[whole]} // {names[parts]}")


def _function(source: SourceFile, node: ast.AST | None) -> ast.AST | None:
    """Return the function around a node; None at a module's own level."""
    while node is not None and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        node = source.parents.get(node)
    return node
