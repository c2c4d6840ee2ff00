"""Whether code on the way out handles an exception, or merely swallows it.

A library that catches an error asked a question. A user's handler that does something else instead (returns, assigns,
calls) handles it; one that only prints, logs, passes or goes round the loop hides it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import FrameType

from axiswise.source.frames import UserCode
from axiswise.source.text import Sources

RUNNERS = tuple(f"axiswise.frontends.{name}" for name in ("program", "torch.models.trials", "torch.models.building"))
"""The modules that run the user's code: what they catch ends it."""

TELLING = frozenset("print log debug info warning warn error exception critical write print_exc format_exc".split())
"""Calls that tell of an error and do nothing about it."""


def is_handled(user: UserCode, frame: FrameType | None, error: Exception, rewording: tuple[str, ...] = ()) -> bool:
    """Return whether the nearest handler from a frame outwards that would catch an error does something about it.

    Args:
        user: Tells the user's frames.
        frame: Where the error is raised.
        error: What is raised.
        rewording: Modules, by the beginning of their names, whose handlers that end by raising are passed over: a
            framework that says every error again in longer words has not handled it.
    """
    while frame is not None and frame.f_globals.get("__name__") not in RUNNERS:
        handler = _handler_around(user.sources, frame, error)
        if handler is not None and _ends_by_raising(handler.body):
            if str(frame.f_globals.get("__name__")).startswith(rewording or ("\0",)):
                handler = None
        if handler is not None:
            return not user.owns(frame.f_code) or not _only_tells(handler.body)
        frame = frame.f_back
    return False


def _handler_around(sources: Sources, frame: FrameType, error: Exception) -> ast.ExceptHandler | None:
    source = sources.file(frame.f_code.co_filename)
    if source is None:
        return None
    found: ast.ExceptHandler | None = None
    for node in source.handling:
        first, last = node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno
        if first <= frame.f_lineno <= last:
            found = next((handler for handler in node.handlers if _catches(handler, error)), found)
    return found


def _ends_by_raising(body: Sequence[ast.stmt]) -> bool:
    last = body[-1]
    return isinstance(last, ast.Raise) or (isinstance(last, ast.Try) and _ends_by_raising(last.body))


def _catches(handler: ast.ExceptHandler, error: Exception) -> bool:
    names = {base.__name__ for base in type(error).__mro__}
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(ast.unparse(kind).rpartition(".")[2] in names for kind in kinds)


def _only_tells(body: Sequence[ast.stmt]) -> bool:
    return all(_tells(statement) for statement in body)


def _tells(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Pass, ast.Continue, ast.Break, ast.Raise, ast.Import)):
        return True
    if isinstance(statement, ast.Return):
        return statement.value is None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        name = statement.value.func
        word = name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""
        return word in TELLING or word == "exit"
    return isinstance(statement, ast.Expr)
