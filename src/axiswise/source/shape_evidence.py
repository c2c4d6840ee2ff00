"""Whether an exception that names no operation is about shapes: the line it is raised on decides."""

from __future__ import annotations

import ast
import linecache
from types import TracebackType

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


def unpacked_within(traceback: TracebackType | None) -> str:
    """Return the name whose shape the line unpacks that raised, whosever line it is; empty where it does no such thing.

    Args:
        traceback: Of the exception.
    """
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    line = linecache.getline(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno) if traceback else ""
    try:
        statements = ast.parse(line.strip()).body
    except SyntaxError:  # a part of a statement of several lines
        return ""
    found = [each for each in statements if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Tuple)]
    values = [each.value for each in found if _gives_shape(each.value)]
    names = [each.id for value in values for each in ast.walk(value) if isinstance(each, ast.Name)]
    return names[0] if names else ""


def _gives_shape(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "shape"
    if isinstance(node, ast.Tuple):  # `*x.shape, x.device`
        return any(_gives_shape(each.value) for each in node.elts if isinstance(each, ast.Starred))
    if isinstance(node, ast.Subscript):
        return _gives_shape(node.value)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GIVES_PARTS
