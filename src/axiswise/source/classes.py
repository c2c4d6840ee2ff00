"""The classes whose methods led to a call: what they can be told from outside, and what they can do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from axiswise.facts import Frame
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources
from axiswise.source.unread import class_of


@dataclass(frozen=True, slots=True)
class Owner:
    """A class, by its text.

    Attributes:
        methods: The names of its methods.
        settings: The parameters of its methods, and the attributes that it reads of anything but itself.
    """

    methods: frozenset[str]
    settings: frozenset[str]


def classes_through(frames: Sequence[Frame], sources: Sources) -> Iterator[Owner]:
    """Yield the class around each frame, where there is one."""
    for frame in frames:
        site = CallSite.at(sources, frame)
        owner = class_of(site.source, site.node) if site is not None else None
        if owner is not None:
            yield Owner(frozenset(_methods(owner)), frozenset(_settings(owner)))


def _methods(owner: ast.ClassDef) -> Iterator[str]:
    return (each.name for each in owner.body if isinstance(each, ast.FunctionDef))


def _settings(owner: ast.ClassDef) -> Iterator[str]:
    for each in ast.walk(owner):
        if isinstance(each, ast.arg):
            yield each.arg
        elif isinstance(each, ast.Attribute) and not (isinstance(each.value, ast.Name) and each.value.id == "self"):
            yield each.attr
