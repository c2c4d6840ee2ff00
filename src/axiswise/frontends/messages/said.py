"""What an error says, without what frameworks wrap around it: the layer that ran, its arguments, devices."""

from __future__ import annotations

import re

_WRAPPED = re.compile(r"\s*Exception encountered when calling (?:layer )?[^\n]{0,300}\n\s*\n?")
_ARGUMENTS = re.compile(r"\n\s*(?:Arguments received by|Call arguments received by) [^\n]{0,300}:\n.*", re.DOTALL)
_NODE = re.compile(r"\{\{function_node [^{}\n]{0,400}\}\}\s?")
_KERNEL = re.compile(r"\s*\[Op:\w{1,100}\](?: name:[^\n]{0,200})?")
_VALUES = re.compile(
    r", (?:value|numpy)=\s?(?:array\()?\[[^\n<>]{0,400}(?:\n[^\n<>]{0,400}){0,400}\]{1,8}(?:, dtype=\w+\))?>"
)
_COLOUR = re.compile(r"\x1b\[[\d;]{0,16}m")


def said(message: str) -> str:
    """Return a message's own words: no layer's name before them, no dump of arguments or weights after them."""
    text = _COLOUR.sub("", message)
    inner = _ARGUMENTS.sub("", _WRAPPED.sub("", text)) if "encountered when calling" in text else text
    if "{{" in inner or "[Op:" in inner:
        inner = _KERNEL.sub("", _NODE.sub("", inner))
    return _VALUES.sub(">", inner).strip() if inner != message or "value=" in inner else message
