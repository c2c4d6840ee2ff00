"""A live exception's frames, and what the names of its line hold, whichever framework raised it.

Only names, fields and shapes are read. Nothing of the user's is called, a property not either.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FrameType
from typing import Any

from axiswise.source.frames import UserCode, way_of
from axiswise.source.text import Sources

MOST_SHAPES = 6
"""Tensors of one line that are told."""


def frames_of(error: BaseException, user: UserCode) -> tuple[FrameType | None, int, list[FrameType]]:
    """Return the user's innermost frame, the instruction it stands at, and the library's frames inside it."""
    own: FrameType | None = None
    instruction = 0
    inside: list[FrameType] = []
    for place in way_of(error):
        if user.owns(place.tb_frame.f_code):
            own, instruction, inside = place.tb_frame, place.tb_lasti, []
        else:
            inside.append(place.tb_frame)
    return own, instruction, inside


def shapes_named(
    error: BaseException, sources: Sources, shape: Callable[[object], tuple[int, ...] | None]
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of what the user's failing expression names, as it spells them; `shape` knows a tensor's."""
    own, instruction, _ = frames_of(error, UserCode(sources))
    node = sources.node(own.f_code, instruction) if own is not None else None
    found: dict[str, tuple[int, ...]] = {}
    for each in ast.walk(node) if node is not None else ():
        if own is not None and isinstance(each, (ast.Name, ast.Attribute)) and len(found) < MOST_SHAPES:
            known = shape(held(each, own))
            if known is not None:
                found.setdefault(ast.unparse(each), known)
    return found


def held(node: ast.expr, frame: FrameType) -> object:
    """Return what a name or a chain of fields holds, or None where a step is not a plain field."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id))
    if not isinstance(node, ast.Attribute):
        return None
    fields: dict[str, Any] = getattr(held(node.value, frame), "__dict__", {})
    spaces = [fields, *(fields.get(each, {}) for each in ("_parameters", "_buffers", "_modules"))]
    return next((space[node.attr] for space in spaces if node.attr in space), None)
