"""What a constructor that raised asks of the values that were chosen for it: others, with which its own test holds.

The test is the one that raised: an `assert`, or the `if` around a `raise`, in the user's code or in the library's.
It is asked again with other numbers in the places of the chosen ones, arithmetic that led to it included.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice, zip_longest
from types import FrameType, TracebackType
from typing import Any, cast

from axiswise.frontends.torch.models.guesses import Text
from axiswise.origin import Origin, Size, origin_of
from axiswise.source.evaluating import OPERATORS
from axiswise.source.text import SourceFile, Sources

_OPERATE = {
    "+": OPERATORS[ast.Add],
    "-": OPERATORS[ast.Sub],
    "*": OPERATORS[ast.Mult],
    "/": OPERATORS[ast.Div],
    "//": OPERATORS[ast.FloorDiv],
    "%": OPERATORS[ast.Mod],
    "**": OPERATORS[ast.Pow],
}
_MISSING = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: (.*)")
_TAKEN_APART = re.compile(r"has no len|not iterable|non-iterable|not subscriptable")
_AS_NUMBER = re.compile(r"interpreted as an integer|unsupported operand|not supported between|must be real number")
MOST_SOLUTIONS = 3
"""Values of one parameter that are told for one test."""

_FURTHEST = 512
"""The largest number that is tried in the place of another, beside multiples of those in the test."""


def demanded(error: BaseException, sources: Sources, tried: Collection[tuple[str, Any]] = ()) -> dict[str, Any]:
    """Return other values for chosen parameters, by path, with which the test that raised would hold.

    Args:
        error: What the constructor raised.
        sources: The user's files.
        tried: Values that were given before, by path: another test does not hold with them.
    """
    frames = list(_frames(error.__traceback__))
    for frame, instruction in reversed(frames):
        source = sources.file(frame.f_code.co_filename)
        node = source.node_at(sources.position(frame.f_code, instruction)) if source is not None else None
        if source is None or node is None:
            continue
        for test, wanted in _tests(node, source):
            found = next((each for each in _satisfied(test, wanted, frame) if each not in tried), None)
            if found is not None:
                return dict([found])
        if found := _looked_up(node, frame) or _in_number(node, str(error), frame):
            return found
    return {}


def asked_of_parts(
    error: BaseException, sources: Sources, chosen: Mapping[str, Any], parts: Mapping[int, str] | None = None
) -> dict[str, Any]:
    """Return what the test that raised asks of a part of what is built, by path: its class, or an option that is off.

    Args:
        error: What the constructor raised, or a run.
        sources: The user's files.
        chosen: What was chosen, by path: the classes of parts among it.
        parts: The paths of a built module's parts, by identity: for what a run raised.
    """
    for frame, instruction in reversed(list(_frames(error.__traceback__))):
        source = sources.file(frame.f_code.co_filename)
        node = source.node_at(sources.position(frame.f_code, instruction)) if source is not None else None
        for test, wanted in _tests(node, source) if source is not None and node is not None else ():
            match test:
                case ast.Call(func=ast.Name(id="isinstance"), args=[part, kind]) if ast.unparse(part) in chosen:
                    asked = _evaluated(kind, frame)
                    if isinstance(asked, type) and wanted:
                        return {ast.unparse(part): asked}
                case _:
                    pass
            for each in _named(test):
                owner, _, option = ast.unparse(each).rpartition(".")
                if parts is not None and owner == "self":
                    owner = parts.get(id(frame.f_locals.get("self")), "")
                if owner not in chosen or _evaluated(each, frame) not in (False, None):
                    continue
                tried = ast.fix_missing_locations(ast.Expression(_Changed({each: True}).visit(_copy(test))))
                if bool(_evaluated(tried.body, frame)) is wanted:
                    return {f"{owner}.{option}": True}
    return {}


def missing(error: BaseException, sources: Sources) -> tuple[str, ...]:
    """Return the names of arguments that a call lacks: those that `**kwargs` hands on, and those that are None.

    A test that raised may be about a parameter that nothing was given for: `assert exists(depth)`.
    """
    said = _MISSING.search(str(error)) if isinstance(error, TypeError) else None
    if said is not None:
        return tuple(re.findall(r"'(\w+)'", said[1]))
    if type(error) is KeyError:
        return tuple(str(each) for each in error.args[:1])
    for frame, instruction in reversed(list(_frames(error.__traceback__))):
        source = sources.file(frame.f_code.co_filename)
        node = source.node_at(sources.position(frame.f_code, instruction)) if source is not None else None
        for test, _ in _tests(node, source) if source is not None and node is not None else ():
            named = [each.id for each in _named(test) if isinstance(each, ast.Name)]
            absent = [each for each in named if each in frame.f_locals and frame.f_locals[each] is None]
            if absent:
                return tuple(absent)
    return ()


def _tests(node: ast.AST, source: SourceFile) -> Iterator[tuple[ast.expr, bool]]:
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


def _frames(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lasti
        traceback = traceback.tb_next


def _satisfied(test: ast.expr, wanted: bool, frame: FrameType) -> Iterator[tuple[str, Any]]:
    """Yield parameters with values for which a test holds: the first for each parameter, then the second."""
    values = {node: _evaluated(node, frame) for node in _named(test)}
    constants = [each.value for each in ast.walk(test) if isinstance(each, ast.Constant)]

    def solutions(path: str, now: Any) -> Iterator[tuple[str, Any]]:
        for other in _others(now, constants, values.values()):
            changed = _Changed({node: _revalued(value, path, other) for node, value in values.items()})
            tried = ast.fix_missing_locations(ast.Expression(changed.visit(_copy(test))))
            result = _evaluated(tried.body, frame)
            if result is not None and bool(result) is wanted:
                yield path, other

    ways = [list(islice(solutions(path, now), MOST_SOLUTIONS)) for path, now in _chosen(values.values())]
    yield from (each for level in zip_longest(*ways) for each in level if each is not None)


def _named(test: ast.AST) -> Iterator[ast.expr]:
    """Yield the names and attributes in an expression, whole ones."""
    if isinstance(test, (ast.Name, ast.Attribute)):
        yield test
        return
    for each in ast.iter_child_nodes(test):
        if isinstance(each, (ast.expr, ast.comprehension, ast.keyword)):
            yield from _named(each)


def _evaluated(node: ast.expr, frame: FrameType) -> Any:
    expression = ast.fix_missing_locations(ast.Expression(_copy(node)))
    try:
        return eval(compile(expression, "<demand>", "eval"), frame.f_globals, dict(frame.f_locals))
    except Exception:  # the user's own expression, on other numbers
        return None


def _copy(node: ast.expr) -> ast.expr:
    copied = ast.parse(ast.unparse(node), mode="eval").body
    return copied


class _Changed(ast.NodeTransformer):
    """Puts other values into a copy of a test."""

    def __init__(self, values: Mapping[ast.expr, Any]) -> None:
        self.values = {ast.unparse(node): value for node, value in values.items() if value is not None}

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, (ast.Name, ast.Attribute)):
            value = self.values.get(ast.unparse(node))
            if type(value) in (bool, int, float, str, tuple):
                return ast.Constant(value)
            return node
        return super().visit(node)


def _chosen(values: Any) -> Iterator[tuple[str, Any]]:
    """Yield the chosen parameters behind some values, with what was chosen."""
    seen: set[str] = set()
    listed: list[Any] = []
    for each in values:
        listed += cast("tuple[Any, ...]", each) if isinstance(each, tuple) else (each,)
    for value in listed:
        origin = origin_of(value)
        leaves = [(leaf.name, int(leaf.value)) for leaf in origin.guesses()] if origin else []
        if isinstance(value, Text):
            leaves = [(value.path, str(value))]
        for path, now in leaves:
            if path not in seen:
                seen.add(path)
                yield path, now


def _others(now: Any, constants: list[Any], values: Any) -> list[Any]:
    """Return what may stand in the place of a chosen value, the nearest first."""
    if isinstance(now, str):
        held = [item for each in values if isinstance(each, Collection) for item in cast("Collection[Any]", each)]
        return [each for each in (*constants, *held) if isinstance(each, str)]
    numbers = [abs(int(each)) for each in (*constants, *values) if isinstance(each, int) and not isinstance(each, bool)]
    multiples = {each * times for each in numbers for times in range(1, 17) if each}
    tried = sorted(
        {*multiples, *range(1, _FURTHEST)} - {now}, key=lambda each: (each % now != 0 if now else True, each)
    )
    larger = [each for each in tried if each > now and (each in multiples or each & (each - 1) == 0)]
    return [*larger, *(each for each in tried if each not in larger), 0]  # a place may be the first


def _revalued(value: Any, path: str, other: Any) -> Any:
    """Return a value with another choice for one parameter."""
    if isinstance(value, Text):
        return other if value.path == path else str(value)
    if isinstance(value, tuple):
        items = cast("tuple[Any, ...]", value)
        plain = all(type(each) in (int, Size) for each in items)
        return tuple(int(_revalued(each, path, other)) for each in items) if plain else None
    origin = origin_of(value)
    if origin is None:
        return value
    result = _computed(origin, path, other)
    return int(result) if isinstance(value, Size) and result is not None else result


def _computed(origin: Origin, path: str, other: float) -> float | None:
    if origin.kind == "guess":
        return other if origin.name == path else origin.value
    if len(origin.parts) != 2 or origin.kind not in _OPERATE:
        return origin.value
    left, right = (_computed(part, path, other) for part in origin.parts)
    if left is None or right is None or (not right and origin.kind in ("/", "//", "%")):
        return None
    return _OPERATE[origin.kind](left, right)


def _looked_up(node: ast.AST, frame: FrameType) -> dict[str, Any]:
    """Return a key that is there, for a chosen text that was looked up and is not."""
    for each in ast.walk(node):
        if isinstance(each, ast.Subscript) and not any(isinstance(part, ast.Slice) for part in ast.walk(each.slice)):
            key, held = _evaluated(each.slice, frame), _evaluated(each.value, frame)
            if isinstance(key, Text) and isinstance(held, Mapping) and key not in held:
                return {key.path: next(iter(cast("Mapping[Any, Any]", held)), None)}
    return {}


def _in_number(node: ast.AST, said: str, frame: FrameType) -> dict[str, Any]:
    """Return a list in the place of a chosen number that was taken apart, or one number in that of a list."""
    for each in ast.walk(node):
        value = _evaluated(each, frame) if isinstance(each, (ast.Name, ast.Attribute)) else None
        origin = origin_of(value)
        if origin is not None and origin.kind == "guess" and _TAKEN_APART.search(said):
            return {} if "[" in origin.name else {origin.name: [int(origin.value)] * 3}
        if isinstance(value, (list, tuple)) and value and _AS_NUMBER.search(said):  # pyright: ignore[reportUnknownArgumentType]
            first = origin_of(value[0])  # pyright: ignore[reportUnknownArgumentType]
            if first is not None and first.kind == "guess" and first.name.endswith("[0]"):
                return {first.name.removesuffix("[0]"): int(first.value)}
    return {}
