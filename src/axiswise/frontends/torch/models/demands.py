"""What a constructor that raised asks of the values that were chosen for it: others, with which its own test holds.

The test is the one that raised: an `assert`, or the `if` around a `raise`, in the user's code or in the library's.
It is asked again with other numbers in the places of the chosen ones, arithmetic that led to it included.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice, zip_longest
from types import FrameType
from typing import Any, cast

from axiswise.frontends.torch.models.guesses import Text
from axiswise.frontends.torch.models.raising import evaluated, evaluated_with, named, others, raised_at, tests_of
from axiswise.origin import Origin, Size, origin_of
from axiswise.source.evaluating import OPERATORS
from axiswise.source.text import Sources

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
_FRACTION = re.compile(r"of type (?:Ratio|float)|(?:Ratio|float)' object cannot be interpreted as an integer|not float")
MOST_SOLUTIONS = 3
"""Values of one parameter that are told for one test."""


def demanded(error: BaseException, sources: Sources, tried: Collection[tuple[str, Any]] = ()) -> dict[str, Any]:
    """Return other values for chosen parameters, by path, with which the test that raised would hold.

    Args:
        error: What the constructor raised.
        sources: The user's files.
        tried: Values that were given before, by path: another test does not hold with them.
    """
    for frame, node, source in raised_at(error, sources):
        for test, wanted in tests_of(node, source):
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
    for frame, node, source in raised_at(error, sources):
        for test, wanted in tests_of(node, source):
            match test:
                case ast.Call(func=ast.Name(id="isinstance"), args=[part, kind]) if ast.unparse(part) in chosen:
                    asked = evaluated(kind, frame)
                    if isinstance(asked, type) and wanted:
                        return {ast.unparse(part): asked}
                case _:
                    pass
            for each in named(test):
                owner, _, option = ast.unparse(each).rpartition(".")
                if parts is not None and owner == "self":
                    owner = parts.get(id(frame.f_locals.get("self")), "")
                if owner not in chosen or evaluated(each, frame) not in (False, None):
                    continue
                if bool(evaluated_with(test, {each: True}, frame)) is wanted:
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
    for frame, node, source in raised_at(error, sources):
        for test, _ in tests_of(node, source):
            names = [each.id for each in named(test) if isinstance(each, ast.Name)]
            absent = [each for each in names if each in frame.f_locals and frame.f_locals[each] is None]
            if absent:
                return tuple(absent)
    return ()


def whole(error: BaseException, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole number for one that was chosen as a fraction, where sizes were to be made of it.

    Args:
        error: What the constructor raised.
        chosen: What was chosen, by path.
    """
    if not isinstance(error, TypeError) or not _FRACTION.search(str(error)):
        return {}
    fractions = [(path, value) for path, value in chosen.items() if isinstance(value, float)]
    return {path: max(round(value), 2) for path, value in fractions[:1]}


def _satisfied(test: ast.expr, wanted: bool, frame: FrameType) -> Iterator[tuple[str, Any]]:
    """Yield parameters with values for which a test holds: the first for each parameter, then the second."""
    values = {node: evaluated(node, frame) for node in named(test)}

    def solutions(path: str, now: Any) -> Iterator[tuple[str, Any]]:
        for other in others(now, test, values.values()):
            changed = {node: _revalued(value, path, other) for node, value in values.items()}
            result = evaluated_with(test, changed, frame)
            if result is not None and bool(result) is wanted:
                yield path, other

    ways = [list(islice(solutions(path, now), MOST_SOLUTIONS)) for path, now in _chosen(values.values())]
    yield from (each for level in zip_longest(*ways) for each in level if each is not None)


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
            key, held = evaluated(each.slice, frame), evaluated(each.value, frame)
            if isinstance(key, Text) and isinstance(held, Mapping) and key not in held:
                return {key.path: next(iter(cast("Mapping[Any, Any]", held)), None)}
    return {}


def _in_number(node: ast.AST, said: str, frame: FrameType) -> dict[str, Any]:
    """Return a list in the place of a chosen number that was taken apart, or one number in that of a list."""
    for each in ast.walk(node):
        value = evaluated(each, frame) if isinstance(each, (ast.Name, ast.Attribute)) else None
        origin = origin_of(value)
        if origin is not None and origin.kind == "guess" and _TAKEN_APART.search(said):
            return {} if "[" in origin.name else {origin.name: [int(origin.value)] * 3}
        if isinstance(value, (list, tuple)) and value and _AS_NUMBER.search(said):  # pyright: ignore[reportUnknownArgumentType]
            first = origin_of(value[0])  # pyright: ignore[reportUnknownArgumentType]
            if first is not None and first.kind == "guess" and first.name.endswith("[0]"):
                return {first.name.removesuffix("[0]"): int(first.value)}
    return {}
