"""What the functions on the way to a call ask before they make it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from axiswise.facts import Frame
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources
from axiswise.source.unread import function_of, names_in, words

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MODES = frozenset("training train trained eval evaluate evaluating evaluation inference".split())
"""Words of the names and texts by which a program knows in which mode it is: `mode == "train"`."""


def asks_for_mode(frames: Sequence[Frame], sources: Sources) -> bool:
    """Return whether a call, or one on the way to it, hangs on whether the model is trained: `if self.training: ...`.

    Args:
        frames: The user's frames, outermost first.
        sources: Their files.
    """
    sites = (CallSite.at(sources, frame) for frame in frames)
    return any(_MODES & _words(test) for site in sites if site for test in _tests(site))


def _words(test: ast.expr) -> set[str]:
    nodes = list(ast.walk(test))
    names = [each.id for each in nodes if isinstance(each, ast.Name)]
    names += [each.attr for each in nodes if isinstance(each, ast.Attribute)]
    names += [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return {word for name in names for word in words(_HUMP.sub("_", name))}


def _tests(site: CallSite) -> Iterator[ast.expr]:
    """Yield the tests around an expression, those in it and in what its names are given, and those left at before."""
    function = function_of(site.source, site.node)
    if function is None:
        return
    yield from (each.test for each in ast.walk(site.node) if isinstance(each, ast.IfExp))
    outer = site.source.parents.get(site.node)
    while outer is not None and outer is not function:
        if isinstance(outer, (ast.If, ast.IfExp)):
            yield outer.test
        outer = site.source.parents.get(outer)
    names, line = names_in(site.node), getattr(site.node, "lineno", 0)
    for node in ast.walk(function):
        if getattr(node, "lineno", line) >= line:
            continue
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp):
            if any(getattr(target, "id", None) in names for target in node.targets):
                yield node.value.test
        elif isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return):
            yield node.test
