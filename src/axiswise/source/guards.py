"""What the functions on the way to a call ask before they make it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from axiswise.facts import Frame
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources
from axiswise.source.unread import function_of

_MODES = ("training", "train", "evaluat", "inference")
"""Parts of the names by which a program knows in which mode it is."""


def asks_for_mode(frames: Sequence[Frame], sources: Sources) -> bool:
    """Return whether a function on the way to a call tests whether the model is trained: `if self.training and ...`.

    Args:
        frames: The user's frames, outermost first; scripts, which are no functions, ask for nothing of a module's.
        sources: Their files.
    """
    for frame in frames:
        site = CallSite.at(sources, frame)
        function = function_of(site.source, site.node) if site is not None else None
        for node in ast.walk(function) if function is not None else ():
            if isinstance(node, (ast.If, ast.IfExp)) and any(mode in ast.unparse(node.test) for mode in _MODES):
                return True
    return False
