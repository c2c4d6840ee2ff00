"""What messages say, whichever framework worded them: words turned into conflicts.

A frontend's package `messages` holds its wordings, one family a module; all are found by walking these packages.
Nothing here imports a framework.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache

from axiswise.facts import Conflict
from axiswise.frontends.messages.general import read_any
from axiswise.frontends.messages.said import said
from axiswise.frontends.messages.wording import Family, Wording

__all__ = ["Found", "find_messages", "read_message", "wordings"]

WORDED = ("torch", "keras", "tensorflow", "numpy")
"""Folders of `axiswise.frontends` that hold wordings."""

LONGEST_MESSAGE = 1_000_000
"""Characters of one message that are read."""

_WORD = re.compile(r"\S+")
_LOWER = str.maketrans({upper: upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
_RAISED = re.compile(r"(?:^|[\s(])((?:\w+\.){0,8}\w*(?:Error|Exception|Warning|Interrupt)):\s*$")


@dataclass(frozen=True, slots=True)
class Found:
    """A message in a text.

    Attributes:
        start: Where it begins, in characters.
        end: Where it ends, excluded.
        type: Its exception's class, where the text tells it.
        message: Its words.
        conflict: What it says.
        framework: Whose words they are (`torch`, `keras`, `tensorflow`, `numpy`).
    """

    start: int
    end: int
    type: str
    message: str
    conflict: Conflict
    framework: str = ""


@cache
def wordings() -> tuple[Wording, ...]:
    """Return every wording of every frontend, those that say most first."""
    found: list[Wording] = []
    for framework in WORDED:
        package = importlib.import_module(f"axiswise.frontends.{framework}.messages")
        for module in pkgutil.iter_modules(package.__path__):
            family = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "family", None)
            if isinstance(family, Family):
                found.extend(replace(each, framework=framework) for each in family.wordings)
    return tuple(sorted(found, key=lambda each: -each.weight))


def find_messages(text: str) -> list[Found]:
    """Return every message about shapes, types or devices in a text, in order, none overlapping."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    flat = " ".join(text[start:end] for start, end in words)
    lowered = flat.translate(_LOWER)
    taken: list[tuple[int, int, Conflict, str]] = []
    for each in wordings():
        for match in each.matches(flat, lowered):
            place = bisect_right(taken, match[0], key=_start)
            if (not place or taken[place - 1][1] <= match[0]) and (place == len(taken) or match[1] <= taken[place][0]):
                taken.insert(place, (*match, each.framework))
    starts = _starts(words)
    found: list[Found] = []
    for first, last, conflict, framework in taken:
        start, end = _original(first, starts, words), _original(last - 1, starts, words) + 1
        raised = _RAISED.search(text[max(start - 200, 0) : start])
        found.append(Found(start, end, raised[1] if raised else "", text[start:end], conflict, framework))
    return found


def read_message(type: str, message: str) -> Conflict | None:
    """Return what an exception's message says, the first of several things; None where it is not about shapes."""
    text = said(message[:LONGEST_MESSAGE])
    found = find_messages(text)
    return found[0].conflict if found else read_any(type, text)


def _start(match: tuple[int, int, Conflict, str]) -> int:
    return match[0]


def _starts(words: list[tuple[int, int]]) -> list[int]:
    """Return where each word begins once white space is collapsed."""
    starts: list[int] = []
    position = 0
    for start, end in words:
        starts.append(position)
        position += end - start + 1
    return starts


def _original(position: int, starts: list[int], words: list[tuple[int, int]]) -> int:
    """Return the place in the text of a character of the collapsed text."""
    word = bisect_right(starts, position) - 1
    return min(words[word][0] + position - starts[word], words[word][1])
