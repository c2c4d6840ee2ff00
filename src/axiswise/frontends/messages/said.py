"""What an error says, without what frameworks wrap around it: the layer that ran, its arguments, devices."""

from __future__ import annotations

import re

_WRAPPED = re.compile(r"\s*Exception encountered when calling (?:layer )?[^\n]{0,300}\n\s*\n?")
_ARGUMENTS = re.compile(r"\n\s*(?:Arguments received by|Call arguments received by) [^\n]{0,300}:\n.*", re.DOTALL)
_NODE = re.compile(r"\{\{function_node [^{}\n]{0,400}\}\}\s?")
_KERNEL = re.compile(r"\s*\[Op:\w{1,100}\](?: name:[^\n]{0,200})?")
_OPENING = re.compile(r"\[[\[\s]*[-+]?[\d.]")
_PRINTED = re.compile(r"\[[-+\d.eEnaifTrulsF,\s\[\]]*")
_RECEIVED = re.compile(r"(?<=`\.) Received args: .*", re.DOTALL)
_VALUES = re.compile(r"\[[\[\s]*[-+]?\d+\.")
_COLOUR = re.compile(r"\x1b\[[\d;]{0,16}m")
_GRAPH = re.compile(r"Graph execution error:\n.*?\nNode: '[^'\n]{0,300}'\n(.*?)(?:\s*\[\[\{\{node .*|\Z)", re.DOTALL)
"""What a running graph says: where the node was made, its own words, and where it was made once more."""
LONGEST = 40
"""Characters of an array's values that are shown as they are: a list of sizes is shorter."""


def said(message: str) -> str:
    """Return a message's own words: no layer's name before them, no arguments after them, no printed arrays."""
    text = _COLOUR.sub("", message)
    if text.startswith("Graph execution error:") and (own := _GRAPH.match(text)) is not None:
        text = own[1]
    inner = _ARGUMENTS.sub("", _WRAPPED.sub("", text)) if "encountered when calling" in text else text
    inner = _RECEIVED.sub("", inner) if inner.startswith("Binding inputs to tf.function failed") else inner
    if "{{" in inner or "[Op:" in inner:
        inner = _KERNEL.sub("", _NODE.sub("", inner))
    if inner != message or "value" in inner or "array" in inner or _VALUES.search(inner):
        return _without_values(inner).strip()
    return message


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
    """Return the place after the bracket that closes the one at `start`; `start` where no array of numbers stands."""
    depth, printed = 0, _PRINTED.match(message, start)
    end = printed.end() if printed is not None else start
    for place in range(start, end):
        depth += {"[": 1, "]": -1}.get(message[place], 0)
        if not depth:
            return place + 1
    return end if end == len(message) else start
