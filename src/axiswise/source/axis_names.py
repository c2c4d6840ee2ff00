"""Names that the user's code gives to axes: by unpacking a shape, and by the sizes a tensor is made with."""

from __future__ import annotations

import ast
import re
from types import CodeType, FrameType

from axiswise.source.frames import UserCode

_TYPE = re.compile(r"(?:u?int|float|bfloat|complex|bool|string)\d*_?")
"""An element type, which is no name of a size."""


class AxisNames:
    """Reads names off the statements that running frames stand at; each place is read once."""

    def __init__(self, user: UserCode) -> None:
        self.user = user
        self._unpacked: dict[tuple[CodeType, int], tuple[str, ...]] = {}
        self._given: dict[tuple[CodeType, int], tuple[str, ...]] = {}

    def unpacked(self, frame: FrameType) -> tuple[str, ...]:
        """Return the names that a statement gives to the sizes it reads (`B, T, C = x.shape`), empty for any other.

        What stands beside them is left out (`b, n, device = *x.shape, x.device`); `_` is no name, but an empty string.
        """
        if not self.user.owns(frame.f_code):
            return ()
        key = (frame.f_code, frame.f_lasti)
        if key not in self._unpacked:
            self._unpacked[key] = self._targets(frame)
        return self._unpacked[key]

    def given(self, frame: FrameType) -> tuple[str, ...]:
        """Return the names among the sizes of a call (`torch.randn(batch, steps, 512)`); empty strings for the rest."""
        if not self.user.owns(frame.f_code):
            return ()
        key = (frame.f_code, frame.f_lasti)
        if key not in self._given:
            node = self.user.sources.node(frame.f_code, frame.f_lasti)
            self._given[key] = _argument_names(node) if isinstance(node, ast.Call) else ()
        return self._given[key]

    def _targets(self, frame: FrameType) -> tuple[str, ...]:
        source = self.user.sources.file(frame.f_code.co_filename)
        node = self.user.sources.node(frame.f_code, frame.f_lasti)
        if source is None or node is None:
            return ()
        parent = source.parents.get(node)
        if isinstance(parent, ast.Call):  # x.size() stands at the call, x.shape at the attribute
            node, parent = parent, source.parents.get(parent)
        before = after = 0
        if isinstance(parent, ast.Starred) and isinstance(whole := source.parents.get(parent), ast.Tuple):
            if any(isinstance(each, ast.Starred) and each is not parent for each in whole.elts):
                return ()
            before = whole.elts.index(parent)
            after = len(whole.elts) - before - 1
            node, parent = whole, source.parents.get(whole)
        if not isinstance(parent, ast.Assign) or parent.value is not node:
            return ()
        target = parent.targets[0]
        parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        if any(not isinstance(part, (ast.Name, ast.Attribute)) for part in parts):
            return ()
        names = [ast.unparse(part).removeprefix("self.") for part in parts]
        return tuple(name.strip("_") and name for name in names[before : len(names) - after])


def _argument_names(node: ast.Call) -> tuple[str, ...]:
    listed = next((each for each in node.args if isinstance(each, (ast.Tuple, ast.List))), None)
    sizes = listed.elts if listed is not None else node.args
    named = (ast.Name, ast.Attribute)
    words = (ast.unparse(size).rpartition(".")[2] if isinstance(size, named) else "" for size in sizes)
    return tuple("" if _TYPE.fullmatch(word) else word for word in words)
