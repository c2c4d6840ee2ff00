"""Lists that a loop fills: where rounds are left out, their length is still what the program goes on with."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from operator import length_hint
from types import FrameType
from typing import Any, cast

_FILLING = ("append", "extend", "add", "update")
_MOST = 1_000_000
"""Items that are put into a list at most."""


def fills(loop: ast.AST) -> bool:
    """Return whether a loop appends to something, or stores under a subscript."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in _FILLING)
        or (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store))
        for node in ast.walk(loop)
    )


class Gathered:
    """The lists that a `for` loop appends to, and how long they were when it began."""

    def __init__(self, loops: Sequence[ast.AST], frame: FrameType | None) -> None:
        owners = [
            node.value
            for loop in loops
            for node in ast.walk(loop)
            if isinstance(node, ast.Attribute) and node.attr in ("append", "extend")
        ]
        found = (_named(owner, frame) for owner in owners) if frame is not None else ()
        lists = {id(each): each for each in found if each is not None}
        self._began = [(each, len(each)) for each in lists.values()]

    def complete(self, done: int, missing: int) -> None:
        """Go on in each list as it was filled, for rounds that are left out: what came, once more."""
        for each, began in self._began:
            grown = each[began:]
            more = len(grown) * missing // done if done else 0
            if grown and more <= _MOST:
                each.extend(islice(cycle(grown), more))


def remaining(iterator: Iterator[Any]) -> int | None:
    """Return how many items an iterator of Python's own still has, of a `zip` or an `enumerate` too; None: unknown."""
    if isinstance(iterator, (zip, enumerate)):
        inner = cast("tuple[Any, ...]", iterator.__reduce__()[1])
        parts = inner[:1] if isinstance(iterator, enumerate) else inner
        lengths = [remaining(each) for each in parts]
        known = [each for each in lengths if each is not None]
        return min(known) if known and len(known) == len(lengths) else None
    is_plain = type(iterator).__module__ == "builtins"
    length = length_hint(iterator, -1) if is_plain else -1
    return length if length >= 0 else None


def _named(owner: ast.expr, frame: FrameType) -> list[Any] | None:
    """Return the list that a name, or an attribute of one, stands for in a frame; None for anything else."""
    found: object = None
    if isinstance(owner, ast.Name):
        found = frame.f_locals.get(owner.id, frame.f_globals.get(owner.id))
    elif isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name):
        found = getattr(frame.f_locals.get(owner.value.id), "__dict__", {}).get(owner.attr)
    return cast("list[Any]", found) if type(found) is list else None
