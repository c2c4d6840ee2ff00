"""Edits that exchange two axes around a reshape: of what goes into it, or of what it gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.diagnosis import Edit, Fix
from axiswise.origin import Span
from axiswise.source.scene import Scene


def turned_before(scene: Scene, one: int, other: int, title: str, *, evidence: float) -> Iterator[Fix]:
    """Yield the fix that exchanges two axes of a reshape's input; a view of it has to be a reshape then."""
    if scene.is_foreign:
        return
    copied: tuple[Edit, ...] = ()
    if scene.call.spelled.endswith("Tensor.view"):
        copied = tuple(edit for fix in scene.callee_to("reshape", title) for edit in fix.edits)
    for fix in list(scene.wrap("input", f"{{}}.transpose({one}, {other})", title))[:1]:
        yield Fix(title, (*fix.edits, *copied), evidence)


def turned_after(scene: Scene, one: int, other: int, title: str, *, evidence: float) -> Iterator[Fix]:
    """Yield the fix that asks for two axes in each other's place, and exchanges them in what the reshape gives."""
    sizes = _sizes(scene)
    if scene.is_foreign or scene.site is None or scene.site.call is None or other >= len(sizes):
        return
    source, call = scene.site.source, scene.site.source.span(scene.site.call)
    end = Span(call.path, call.end_line, call.end_column, call.end_line, call.end_column)
    first, second = sizes[one], sizes[other]
    edits = (
        Edit(source.span(first), source.text_of(second)),
        Edit(source.span(second), source.text_of(first)),
        Edit(end, f".transpose({one}, {other})"),
    )
    yield Fix(title, edits, evidence)


def _sizes(scene: Scene) -> list[ast.expr]:
    """Return the expressions of the sizes that a reshape is asked for, where each is written out."""
    node = scene.site.call if scene.site is not None else None
    if node is None or scene.site is None:
        return []
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in ("shape", "size"))]
    found = given if scene.site.is_method(scene.call) else given[1:]
    if len(found) == 1 and isinstance(found[0], (ast.Tuple, ast.List)):
        found = found[0].elts
    return [] if any(isinstance(each, ast.Starred) for each in found) else list(found)
