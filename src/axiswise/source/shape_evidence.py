"""Whether an exception that names no operation is about shapes: the line it is raised on decides."""

from __future__ import annotations

import ast

from axiswise.facts import Conflict, Frame
from axiswise.source.text import Sources

_PYTHON_ERRORS = ("unpack", "tuple")
"""Conflict kinds whose messages Python also uses for things that are no tensors."""


GIVES_PARTS = frozenset({"size", "split", "chunk", "unbind", "tensor_split"})
"""Methods whose results are as many as the sizes say."""


def is_about_shape(conflict: Conflict, frames: tuple[Frame, ...], sources: Sources) -> bool:
    """Return whether a conflict read from a message is about tensors."""
    if conflict.kind not in _PYTHON_ERRORS:
        return True
    if not frames:
        return False
    source = sources.file(frames[-1].span.path)
    if source is None:
        return False
    line = frames[-1].span.line
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.stmt) or not node.lineno <= line <= (node.end_lineno or node.lineno):
            continue
        if conflict.kind == "tuple" and not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            return True
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List)):
            return _gives_shape(node.value)
    return False


def _gives_shape(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "shape"
    if isinstance(node, ast.Subscript):
        return _gives_shape(node.value)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GIVES_PARTS
