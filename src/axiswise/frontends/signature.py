"""Signatures as one line of text, and the binding of a call's arguments to them.

A signature lists argument names in order, as in `"input, dim=-1, keepdim=False"`. The first name is the role or the
parameter's name in the vocabulary, others after `|` are what the framework also calls it (`left|input`). `weight?` may
be left out and is then absent. `*shape` takes the rest, loose or as one sequence. A bare `*` makes what follows
keyword-only. Arguments are separated by comma and blank, a default within by a comma alone (`dim=(0,1)`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

_REQUIRED: Any = object()
_ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a signature; `kind` is `plain`, `rest` (`*shape`) or `keyword`."""

    name: str
    aliases: tuple[str, ...]
    default: Any
    kind: str


@cache
def signature(text: str) -> tuple[Argument, ...]:
    """Parse a signature (see the module's docstring)."""
    arguments: list[Argument] = []
    kind = "plain"
    parts = [part.strip() for part in text.split(", ")] if text else []
    for part in parts:
        if part == "*":
            kind = "keyword"
            continue
        name, equals, default_text = part.partition("=")
        default: Any = ast.literal_eval(default_text) if equals else _REQUIRED
        if name.endswith("?"):
            name, default = name[:-1], _ABSENT
        this = kind
        if name.startswith("*"):
            name, this, kind = name[1:], "rest", "keyword"
        names = name.split("|")
        arguments.append(Argument(names[0], tuple(names), default, this))
    return tuple(arguments)


def bind(text: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the arguments of a call by the signature's names, or None where the call does not fit the signature.

    Absent optional arguments are left out; keywords that the signature does not know are kept under their own name.
    """
    left, named = list(args), dict(kwargs)
    bound: dict[str, Any] = {}
    for argument in signature(text):
        given = next((alias for alias in argument.aliases if alias in named), None)
        if given is not None:
            value: Any = named.pop(given)
            if argument.kind == "rest" and isinstance(value, int):
                value = (value,)
        elif argument.kind == "rest" and left:
            value = cast("Any", left[0]) if len(left) == 1 and isinstance(left[0], (list, tuple)) else tuple(left)
            left = []
        elif argument.kind == "plain" and left:
            value = left.pop(0)
        elif argument.default is _REQUIRED:
            return None
        else:
            value = argument.default
        if argument.kind == "rest" and isinstance(value, list):
            value = tuple(cast("list[Any]", value))
        if value is not _ABSENT and not (value is None and argument.default is _ABSENT):
            bound[argument.name] = value
    if left:
        return None
    bound.update(named)
    return bound
