"""What an exception says, without what no one can read: colour codes, whole arrays, the arguments of every call around."""

from __future__ import annotations

import re

_CODES = re.compile(r"\x1b\[[0-9;]*m")
_AROUND = re.compile(r"^Exception encountered when calling .*?\n\n(.*?)\n\nArguments received by .*", re.DOTALL)
_OPENING = re.compile(r"\[[\[\s]*[-+]?[\d.]")
LONGEST = 40
"""Characters of an array's values that are shown as they are: a list of sizes is shorter."""


def readable(message: str) -> str:
    """Return a message in the words that matter; a text that needs nothing done stays as it is."""
    message = _CODES.sub("", message)
    found = _AROUND.search(message)
    return _without_values(found[1] if found else message)


def _without_values(message: str) -> str:
    """Put `[...]` in the place of printed arrays, which may go on for pages."""
    parts: list[str] = []
    position = 0
    for match in _OPENING.finditer(message):
        if match.start() < position:
            continue
        end = _closing(message, match.start())
        if end - match.start() > LONGEST:
            parts += [message[position : match.start()], "[...]"]
            position = end
    return "".join(parts) + message[position:]


def _closing(message: str, start: int) -> int:
    """Return the place after the bracket that closes the one at `start`; the end where none does."""
    depth = 0
    for place in range(start, len(message)):
        depth += {"[": 1, "]": -1}.get(message[place], 0)
        if not depth:
            return place + 1
    return len(message)
