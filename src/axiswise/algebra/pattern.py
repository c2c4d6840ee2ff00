"""einops patterns: named axes on two sides of an arrow, in groups that split or join axes.

Source: einops' documentation, "Writing a better code with einops". A size in elements for each name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

DOTS = "..."
_TOKEN = re.compile(r"\.\.\.|…|[()]|[^\s()]+")


class Unreadable(ValueError):
    """A text that is no pattern."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a tensor as a pattern writes it: its names, outermost first; none for an axis of 1.

    Attributes:
        names: Its names.
        joined: Whether it stands in parentheses.
    """

    names: tuple[str, ...]
    joined: bool = False

    @property
    def dots(self) -> bool:
        """Whether it stands for any number of axes by itself."""
        return self.names == (DOTS,) and not self.joined


def side(text: str) -> tuple[Axis, ...]:
    """Read one side of a pattern.

    Raises:
        Unreadable: Parentheses are not closed, or stand within each other.
    """
    found: list[Axis] = []
    group: list[str] | None = None
    for token in _TOKEN.findall(text):
        name = DOTS if token == "…" else token
        if name == "(":
            if group is not None:
                raise Unreadable(text)
            group = []
        elif name == ")":
            if group is None:
                raise Unreadable(text)
            found.append(Axis(tuple(group), joined=True))
            group = None
        elif group is not None:
            group += [] if name == "1" else [name]
        else:
            found.append(Axis(() if name == "1" else (name,)))
    if group is not None:
        raise Unreadable(text)
    return tuple(found)


def sides(text: str) -> tuple[tuple[Axis, ...], tuple[Axis, ...]]:
    """Read both sides of a pattern.

    Raises:
        Unreadable: There is no arrow, or more than one, or a side is no pattern.
    """
    halves = text.split("->")
    if len(halves) != 2:
        raise Unreadable(text)
    return side(halves[0]), side(halves[1])


def names_of(axes: tuple[Axis, ...]) -> list[str]:
    """Return every name of a side, in order; numbers are no names."""
    return [name for axis in axes for name in axis.names if not name.isdecimal()]


def length(name: str, lengths: Mapping[str, int]) -> int | None:
    """Return the size of a name, of which a number is its own."""
    return int(name) if name.isdecimal() else lengths.get(name)
