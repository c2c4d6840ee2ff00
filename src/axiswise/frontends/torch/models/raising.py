"""Where the user's code, or a library's, raised: the line, the test it stands under, and other values for that test.

The test is an `assert`, or the `if` around a `raise`. It is asked again with other numbers
in the places of those in it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from types import FrameType
from typing import Any, cast

from axiswise.source.frames import way_of
from axiswise.source.text import SourceFile, Sources

FURTHEST = 512
"""The largest number that is tried in the place of another, beside multiples of those in the test."""


def raised_at(error: BaseException, sources: Sources) -> Iterator[tuple[FrameType, ast.AST, SourceFile]]:
    """Yield what was being run when an error was raised, innermost first, as far as the text is at hand."""
    for place in reversed(way_of(error)):
        frame = place.tb_frame
        source = sources.file(frame.f_code.co_filename)
        node = source.node_at(sources.position(frame.f_code, place.tb_lasti)) if source is not None else None
        if source is not None and node is not None:
            yield frame, node, source


def tests_of(node: ast.AST, source: SourceFile) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the tests that a raising statement stands under, with what they should come out as, the nearest first."""
    statement = source.statement_of(node)
    if isinstance(statement, ast.Assert):
        yield statement.test, True
    inner: ast.AST | None = statement if isinstance(statement, ast.Raise) else None
    while inner is not None:
        outer = source.parents.get(inner)
        if isinstance(outer, ast.If) and inner is not outer.test:
            yield outer.test, inner in outer.orelse
        inner = outer


def named(test: ast.AST) -> Iterator[ast.expr]:
    """Yield the names and attributes in an expression, whole ones."""
    if isinstance(test, (ast.Name, ast.Attribute)):
        yield test
        return
    for each in ast.iter_child_nodes(test):
        if isinstance(each, (ast.expr, ast.comprehension, ast.keyword)):
            yield from named(each)


def evaluated(node: ast.expr, frame: FrameType) -> Any:
    """Return what an expression of a frame's code comes out as there; None where it raises, or is none (`1:`)."""
    try:
        expression = ast.fix_missing_locations(ast.Expression(_copy(node)))
        return eval(compile(expression, "<test>", "eval"), frame.f_globals, dict(frame.f_locals))
    except Exception:  # the user's own expression, on other numbers
        return None


def evaluated_with(test: ast.expr, values: Mapping[ast.expr, Any], frame: FrameType) -> Any:
    """Return what an expression comes out as with other values in the places of some of its parts."""
    return evaluated(cast("ast.expr", _Changed(values).visit(_copy(test))), frame)


def others(now: Any, test: ast.expr, values: Collection[Any]) -> list[Any]:
    """Return what may stand in the place of a value that a test does not hold with, the nearest first.

    Args:
        now: The value.
        test: The test.
        values: The values of the names in it.
    """
    constants = [each.value for each in ast.walk(test) if isinstance(each, ast.Constant)]
    if isinstance(now, str):
        held = [item for each in values if isinstance(each, Collection) for item in cast("Collection[Any]", each)]
        return [each for each in (*constants, *held) if isinstance(each, str)]
    numbers = [abs(int(each)) for each in (*constants, *values) if isinstance(each, int) and not isinstance(each, bool)]
    multiples = {each * times for each in numbers for times in range(1, 17) if each}
    tried = sorted({*multiples, *range(1, FURTHEST)} - {now}, key=lambda each: (each % now != 0 if now else True, each))
    larger = [each for each in tried if each > now and (each in multiples or each & (each - 1) == 0)]
    return [*larger, *(each for each in tried if each not in larger), 0]  # a place may be the first


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body


class _Changed(ast.NodeTransformer):
    """Puts other values into a copy of a test."""

    def __init__(self, values: Mapping[ast.expr, Any]) -> None:
        self.values = {ast.unparse(node): value for node, value in values.items() if value is not None}

    def visit(self, node: ast.AST) -> Any:
        value = self.values.get(ast.unparse(node)) if isinstance(node, ast.expr) else None
        if type(value) in (bool, int, float, str, tuple):
            return ast.Constant(value)
        return node if isinstance(node, (ast.Name, ast.Attribute)) else super().visit(node)
