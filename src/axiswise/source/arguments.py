"""What a parameter of a running function was given, followed up through the calls that led there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from axiswise.facts import Frame
from axiswise.source.bindings import assigned, parameters
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources
from axiswise.source.unread import Function, function_of


def is_given(name: str, frames: Sequence[Frame], sources: Sources) -> bool:
    """Return whether the text shows that a parameter of the innermost function was given something, and not None."""
    given = argument_of(name, frames, sources)
    return given is not None and not (isinstance(given, ast.Constant) and given.value is None)


def argument_of(name: str, frames: Sequence[Frame], sources: Sources) -> ast.expr | None:
    """Return the expression that a parameter of the innermost function stands for.

    None where it was given nothing, or what was given cannot be told from the text. A caller's own parameter that is
    handed on is followed to who gave that.
    """
    for depth in range(len(frames) - 1, 0, -1):
        site, caller = (CallSite.at(sources, frame) for frame in (frames[depth], frames[depth - 1]))
        function = function_of(site.source, site.node) if site is not None else None
        if function is None or caller is None or caller.call is None:
            return None
        given = _given(name, function, caller.call)
        if not isinstance(given, ast.Name):
            return given
        around = function_of(caller.source, caller.node)
        if around is None:
            return given
        if given.id not in parameters(around):
            found = assigned(given.id, around, caller.node, caller.source)
            return found if isinstance(found, ast.expr) else None
        if any(
            isinstance(each, ast.Name) and each.id == given.id and isinstance(each.ctx, ast.Store)
            for each in ast.walk(around)
        ):
            return None
        name = given.id
    return None


def _given(name: str, function: Function, call: ast.Call) -> ast.expr | None:
    """Return what a call gives a parameter of the function that it comes to; methods have their first one already."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    names = names[1:] if names[:1] == ["self"] else names
    place = names.index(name) if name in names else len(call.args)
    if any(isinstance(each, ast.Starred) for each in call.args[: place + 1]):
        return None
    return call.args[place] if place < len(call.args) else None
