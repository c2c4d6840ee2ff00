"""Templates of messages: literal words with typed slots, matched loosely.

A template such as `"size mismatch, m1: {left:shape}, m2: {right:shape}"` matches the same words in any case with any
spacing and punctuation between them. Slots read `int`, `shape` (`torch.Size([2, 3])`, `[2, 3]`, `(2, 3)`, `2x3`, `2`),
`word`, `type` (an element type), `device`, `names` (quoted, with commas between), `quoted` and `text` (anything, as
little as possible). All quantifiers are bounded, so that a match costs no more than linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from axiswise.facts import Conflict, Shape

Value = int | str | Shape | tuple[str, ...]
Reader = Callable[..., Conflict | None]

_GAP = r"(?:(?!-\d)[\W_])"
_ITEMS = r"[-+\w\s,*?.]{0,200}"
_SLOTS = {
    "int": r"-?\d{1,18}",
    "shape": rf"(?:torch\.Size\()?\[{_ITEMS}\]\)?|\({_ITEMS}\)|"
    r"(?<![\d,])(?<!, )\d{1,18}(?:\s?[x×]\s?\d{1,18}){0,12}(?!\d|\s?,\s?\d)",
    "word": r"[\w.<>]{1,120}",
    "type": r"(?:struct )?c10::\w{1,20}|(?:unsigned|signed) char|long int|[\w.]{1,60}\w",
    "device": r"(?:cpu|cuda|mps|meta|xpu|xla|hpu|npu|privateuseone)(?::\d{1,4})?",
    "names": r"""(?:['"][^'"]{0,200}['"](?:,\s?)?){1,400}""",
    "quoted": r'"[^"]{0,300}"',
    "text": r".{0,300}?",
}
_SLOT = re.compile(r"\{(\w+):(\w+)\}")
_BEFORE, _AFTER = 700, 2000
"""How far a template may reach to either side of its anchor, in characters."""

UNKNOWN_SIZE = -1
"""Stands in a shape for a size that the text gives as a symbol (`s0`, `None`, `*`)."""


def read_shape(text: str) -> Shape:
    """Return the sizes in a shape as it is written; a symbol gives `UNKNOWN_SIZE`."""
    items = re.findall(r"[-\w*?]+", text.lower().replace("torch.size", "").replace("×", "x"))
    sizes: list[int] = []
    for item in items:
        parts = item.split("x") if re.fullmatch(r"\d+(x\d+)+", item) else [item]
        sizes.extend(int(part) if re.fullmatch(r"-?\d{1,18}", part) else UNKNOWN_SIZE for part in parts if part != "x")
    return tuple(sizes)


def _value(kind: str, text: str) -> Value:
    if kind == "int":
        return int(text)
    if kind == "names":
        return tuple(re.findall(r"""[^'",\s]+""", text))
    return read_shape(text) if kind == "shape" else text.strip(' :,"')


@dataclass(frozen=True, slots=True)
class Wording:
    """One template, ready to match.

    Attributes:
        template: As it is written.
        pattern: Its regular expression, for text whose white space is collapsed.
        anchor: The longest run of its words, in lower case: text without it cannot match.
        slots: Kind of each slot by name.
        reader: Turns the values of the slots into a conflict, or None where they show no disagreement.
        framework: Whose wording it is.
    """

    template: str
    pattern: re.Pattern[str]
    anchor: str
    slots: dict[str, str]
    reader: Reader
    framework: str = ""

    @property
    def weight(self) -> int:
        """How much the template says: of two that match the same words, the heavier one is meant."""
        return len(_SLOT.sub("", self.template))

    def matches(self, text: str, lowered: str) -> Iterator[tuple[int, int, Conflict]]:
        """Yield (start, end, conflict) of every match in text with collapsed white space."""
        for start, end in self._windows(lowered):
            for match in self.pattern.finditer(text, start, end):
                values = {name: _value(kind, match[name]) for name, kind in self.slots.items()}
                conflict = self.reader(**values)
                if conflict is not None:
                    yield match.start(), match.end(), conflict

    def _windows(self, lowered: str) -> Iterator[tuple[int, int]]:
        """Yield the stretches around the anchor, none overlapping: all together no longer than the text."""
        start = end = -1
        position = lowered.find(self.anchor)
        while position >= 0:
            if position - _BEFORE > end:
                if end >= 0:
                    yield start, end
                start = max(position - _BEFORE, 0)
            end = position + _AFTER
            position = lowered.find(self.anchor, position + len(self.anchor))
        if end >= 0:
            yield start, end


def wording(template: str, reader: Reader) -> Wording:
    """Compile a template."""
    pattern, slots, longest = r"(?<![^\W\d])", dict[str, str](), ""
    name, after_word = "", False
    for number, part in enumerate(_SLOT.split(template)):
        if number % 3 == 1:
            name, after_word = part, False
        elif number % 3 == 2:
            slots[name] = part
            pattern += f"{_GAP}{{0,8}}?(?P<{name}>{_SLOTS[part]})"
        else:
            for word in re.findall(r"[^\W_]+", part):
                pattern += f"{_GAP}{{{int(after_word)},8}}?{'-?' * word.isdigit()}{re.escape(word)}"
                after_word = True
            longest = max([longest, *re.findall(r"\w[\w ]*(?<! )", part)], key=len)
    return Wording(template, re.compile(pattern, re.IGNORECASE), longest.lower(), slots, reader)


class Family:
    """The wordings that one module reads."""

    def __init__(self) -> None:
        self.wordings: list[Wording] = []

    def reads(self, *templates: str) -> Callable[[Reader], Reader]:
        """Make a function the reader of some templates; it is called with the slots by name."""

        def enter(reader: Reader) -> Reader:
            self.wordings.extend(wording(template, reader) for template in templates)
            return reader

        return enter
