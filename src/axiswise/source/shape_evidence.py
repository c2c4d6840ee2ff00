"""Whether an exception that names no operation is about shapes: the line it is raised on decides."""

from __future__ import annotations

import ast
import linecache

from axiswise.facts import Conflict, Frame
from axiswise.source.bindings import assigned
from axiswise.source.frames import way_of
from axiswise.source.text import SourceFile, Sources

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
            return _gives_shape(node.value) or bool(_parts_in(node, source))
    return False


def named_parts(frames: tuple[Frame, ...], sources: Sources) -> str:
    """Return the name of the tensors that a statement takes apart (`q, k, v = map(split, qkv)`), if it does that."""
    source = sources.file(frames[-1].span.path) if frames else None
    line = frames[-1].span.line if frames else 0
    for node in ast.walk(source.tree) if source is not None else ():
        if isinstance(node, ast.Assign) and node.lineno <= line <= (node.end_lineno or node.lineno):
            return _parts_in(node, source) if source is not None else ""
    return ""


def _parts_in(statement: ast.Assign, source: SourceFile) -> str:
    """Return the name of what a statement takes apart, where a cut of a tensor was given that name."""
    value, scope = statement.value, source.parents.get(statement)
    while isinstance(value, (ast.Call, ast.GeneratorExp, ast.ListComp)):
        if not isinstance(value, ast.Call):
            value = value.generators[0].iter
        elif isinstance(value.func, ast.Name) and value.func.id in _EACH and value.args:
            value = value.args[-1]
        else:
            return ""
    while scope is not None and not isinstance(scope, ast.FunctionDef):
        scope = source.parents.get(scope)
    if not isinstance(value, ast.Name) or scope is None:
        return ""
    given = assigned(value.id, scope, statement, source)
    return value.id if isinstance(given, ast.expr) and _gives_shape(given) else ""


_EACH = frozenset({"map", "list", "tuple", "reversed"})
"""Functions that give as many as they are given."""


def unpacked_within(error: BaseException) -> str:
    """Return the name whose shape the line unpacks that raised, whosever line it is; else nothing."""
    lines = [linecache.getline(place.tb_frame.f_code.co_filename, place.tb_lineno) for place in way_of(error)[-1:]]
    try:
        statements = ast.parse("".join(lines).strip()).body
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
