"""What messages say: the wording of torch (and of NumPy in its scripts) turned into conflicts.

Each module holds the wordings of one family and is found by walking the package. Nothing here imports a framework.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from axiswise.facts import Conflict
from axiswise.frontends.torch.messages.general import read_any
from axiswise.frontends.torch.messages.wording import Family, Wording

__all__ = ["Found", "find_messages", "read_message", "wordings"]

LONGEST_MESSAGE = 1_000_000
"""Characters of one message that are read."""

_WORD = re.compile(r"\S+")
_LOWER = str.maketrans({upper: upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
_RAISED = re.compile(r"(?:^|[\s(])((?:\w+\.){0,8}\w*(?:Error|Exception|Warning|Interrupt)):\s*$")


@dataclass(frozen=True, slots=True)
class Found:
    """A message in a text: where it stands (characters, end excluded), its exception's class if told, what "
    "it says."""

    start: int
    end: int
    type: str
    message: str
    conflict: Conflict


@cache
def wordings() -> tuple[Wording, ...]:
    """Return every wording of the package, those that say most first."""
    package = importlib.import_module(__name__)
    found: list[Wording] = []
    for module in pkgutil.iter_modules(package.__path__):
        family = getattr(importlib.import_module(f"{__name__}.{module.name}"), "family", None)
        if isinstance(family, Family):
            found.extend(family.wordings)
    return tuple(sorted(found, key=lambda each: -each.weight))


def find_messages(text: str) -> list[Found]:
    """Return every message about shapes, types or devices in a text, in order, none overlapping."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    flat = " ".join(text[start:end] for start, end in words)
    lowered = flat.translate(_LOWER)
    taken: list[tuple[int, int, Conflict]] = []
    for each in wordings():
        for match in each.matches(flat, lowered):
            place = bisect_right(taken, match[0], key=_start)
            if (not place or taken[place - 1][1] <= match[0]) and (place == len(taken) or match[1] <= taken[place][0]):
                taken.insert(place, match)
    starts = _starts(words)
    found: list[Found] = []
    for first, last, conflict in taken:
        start, end = _original(first, starts, words), _original(last - 1, starts, words) + 1
        raised = _RAISED.search(text[max(start - 200, 0) : start])
        found.append(Found(start, end, raised[1] if raised else "", text[start:end], conflict))
    return found


def read_message(type: str, message: str) -> Conflict | None:
    """Return what an exception's message says, the first of several things; None where it is not about shapes."""
    found = find_messages(message[:LONGEST_MESSAGE])
    return found[0].conflict if found else read_any(type, message)


def _start(match: tuple[int, int, Conflict]) -> int:
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
