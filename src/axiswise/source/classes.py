"""The classes whose methods led to a call: what they can be told from outside, and what they can do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from axiswise.facts import Frame
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources
from axiswise.source.unread import class_of

_PICKING = frozenset({"argmax", "multinomial", "topk", "max", "sample"})
_JOINING = frozenset({"cat", "concat", "concatenate", "append", "hstack"})


@dataclass(frozen=True, slots=True)
class Owner:
    """A class, by its text.

    Attributes:
        writes_on: A method of it picks the next of a series again and again, and joins it to those before.
        settings: The parameters of its methods, and the attributes that it reads of anything but itself.
    """

    writes_on: bool
    settings: frozenset[str]


def classes_through(frames: Sequence[Frame], sources: Sources) -> Iterator[Owner]:
    """Yield the class around each frame, where there is one."""
    for frame in frames:
        site = CallSite.at(sources, frame)
        owner = class_of(site.source, site.node) if site is not None else None
        if owner is not None:
            yield Owner(any(_is_writing(each) for each in owner.body), frozenset(_settings(owner)))


def _is_writing(method: ast.stmt) -> bool:
    """Return whether a method loops, picks and joins."""
    loops = (each for each in ast.walk(method) if isinstance(each, (ast.For, ast.While)))
    called = ({_word(each.func) for each in ast.walk(loop) if isinstance(each, ast.Call)} for loop in loops)
    return any(words & _JOINING and words & _PICKING for words in called)


def _word(function: ast.expr) -> str:
    """Return the last word of what is called: `argmax` of `torch.argmax` and of `logits[:, -1].argmax`."""
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _settings(owner: ast.ClassDef) -> Iterator[str]:
    for each in ast.walk(owner):
        if isinstance(each, ast.arg):
            yield each.arg
        elif isinstance(each, ast.Attribute) and not (isinstance(each.value, ast.Name) and each.value.id == "self"):
            yield each.attr
