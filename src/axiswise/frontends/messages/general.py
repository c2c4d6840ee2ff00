"""Messages in words that no family knows: recognised by their numbers and the class of the error."""

from __future__ import annotations

import re

from axiswise.facts import Conflict, Shape
from axiswise.frontends.messages.found import conflict
from axiswise.frontends.messages.wording import read_shape

_SHAPE = re.compile(
    r"(?:torch\.Size\()?[\[(]\s?-?\d{1,18}(?:,\s?-?\d{1,18}){0,12},?\s?[\])]"
    r"|\b\d{1,18}(?:\s?[x×]\s?\d{1,18}){1,8}\b"
)
_SUBJECT = re.compile(
    r"\b(?:shapes?|sizes?|dims?|dimensions?|dimensional|ndim|ranks?|axis|axes|broadcast|tensors?)\b", re.IGNORECASE
)
_FAULT = re.compile(
    r"mismatch|must|should|expect|incompatib|inconsisten|different|differs|match|invalid|cannot|can't|unequal|"
    r"not aligned|but got",
    re.IGNORECASE,
)
_TYPES = re.compile(
    r"^$|(?:^|\.)(?:RuntimeError|ValueError|IndexError|AssertionError|TypeError|InvalidArgumentError"
    r"|\w*(?:Shape|Dim|Size)\w*Error)$"
)
_KINDS = (
    ("broadcast", re.compile(r"broadcast", re.IGNORECASE)),
    ("channels", re.compile(r"\bchannels?\b", re.IGNORECASE)),
    ("contraction", re.compile(r"multipl|matmul|inner dimension", re.IGNORECASE)),
)


def read_any(type: str, message: str) -> Conflict | None:
    """Return a conflict of the shapes in a message that speaks of shapes that disagree, else None.

    Its kind is `other`, its operands are the shapes; its fact `resembles` is the kind whose words it uses, or empty.
    """
    text = message[:4000]
    if not _TYPES.search(type) or not _SUBJECT.search(text) or not _FAULT.search(text):
        return None
    shapes: list[Shape] = []
    for match in _SHAPE.finditer(text):
        shape = read_shape(match[0])
        if shape and shape not in shapes:
            shapes.append(shape)
    if not shapes or (len(shapes) == 1 and len(shapes[0]) == 1):
        return None
    resembles = next((kind for kind, words in _KINDS if words.search(text)), "")
    operands = {f"tensors.{position}": shape for position, shape in enumerate(shapes)}
    return conflict("other", "", operands, resembles=resembles)
