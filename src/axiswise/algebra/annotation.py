"""Shapes as annotations write them: `Float[Tensor, "batch time 512"]`, axis by axis, held against a real shape.

Source of the grammar: jaxtyping's documentation, "Array annotations": names, numbers, sums and products of names,
`...` and `*name` for any number of axes, `_` for an axis that is not looked at, `#` for one that may be 1.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

_DIM = re.compile(r"([#*_?]*)(?:[A-Za-z]\w*=)?(.*)")
_NAME = re.compile(r"[^\W\d]\w*")
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: lambda left, right: left % right,
    ast.Pow: lambda left, right: left**right,
}

Lookup = Callable[[str], Any]
"""Gives the size that a name or a dotted name stands for, or None."""


@dataclass(frozen=True, slots=True)
class Dim:
    """One axis of an annotation, or several.

    Attributes:
        text: As it is written.
        kind: `size`, `name`, `expression`, `any` (one axis of any size), `many` (any number of axes).
        name: Of the axis or axes; empty where they have none.
        size: For `size`.
        may_be_one: Whether a size of 1 stands for any other, too.
    """

    text: str
    kind: Literal["size", "name", "expression", "any", "many"]
    name: str = ""
    size: int = 0
    may_be_one: bool = False


@dataclass(frozen=True, slots=True)
class Misfit:
    """Where a shape contradicts an annotation.

    Attributes:
        dim: Place in the annotation; -1 where the number of axes does.
        axis: Place in the shape; -1 likewise.
        wanted: The size that the annotation asks for, or how many axes at least.
    """

    dim: int
    axis: int
    wanted: int


class Unreadable(ValueError):
    """A text is no shape in this grammar; the message says which part of it."""


def read(text: str) -> tuple[Dim, ...]:
    """Return the axes that a text writes.

    Raises:
        Unreadable: A part of it is no axis, or more than one stands for any number of axes.
    """
    dims = tuple(_read(part) for part in text.split())
    if sum(dim.kind == "many" for dim in dims) > 1:
        raise Unreadable(f"more than one part of `{text}` stands for any number of axes")
    return dims


def _read(part: str) -> Dim:
    if part == "...":
        return Dim(part, "many")
    said = _DIM.fullmatch(part)
    signs, rest = (said[1], said[2]) if said else ("", part)
    word = re.sub(r"[{}]", "", rest)
    if "*" in signs:
        if word and not _NAME.fullmatch(word):
            raise Unreadable(f"`{part}` is no axis")
        return Dim(part, "many", "" if "_" in signs else word)
    if "_" in signs or "?" in signs:
        return Dim(part, "any")
    if word.isdecimal():
        return Dim(part, "size", size=int(word), may_be_one="#" in signs)
    if _NAME.fullmatch(rest):
        return Dim(part, "name", rest, may_be_one="#" in signs)
    if not word[:1].isalnum() and not word.startswith(("_", "(")):
        raise Unreadable(f"`{part}` is no axis")
    try:
        if isinstance(ast.parse(word, mode="eval").body, ast.Tuple):
            raise Unreadable(f"`{part}` is no axis")
    except SyntaxError:
        raise Unreadable(f"`{part}` is no axis") from None
    return Dim(part, "expression", word, may_be_one="#" in signs)


def misfit(dims: Sequence[Dim], shape: Sequence[Any], bound: Mapping[str, Any], lookup: Lookup) -> Misfit | None:
    """Return the first axis at which a shape contradicts an annotation, or None.

    Args:
        dims: The annotation.
        shape: Sizes, axis 0 first.
        bound: Sizes that names stand for already (for several axes a tuple).
        lookup: Gives other names in expressions (`self.width`).
    """
    several = any(dim.kind == "many" for dim in dims)
    least = len(dims) - several
    if len(shape) < least or (len(shape) > least and not several):
        return Misfit(-1, -1, least)
    known: dict[str, Any] = dict(bound)
    for place, axes in placed(dims, len(shape)):
        dim = dims[place]
        if dim.kind == "many":
            sizes = tuple(shape[axis] for axis in axes)
            before: tuple[Any, ...] = known.setdefault(dim.name, sizes) if dim.name else sizes
            if len(before) != len(sizes):
                return Misfit(-1, -1, least + len(before))
            wanted = list(before)
        else:
            wanted = [_wanted(dim, shape[axes[0]], known, lookup)]
        for axis, size in zip(axes, wanted, strict=True):
            if size is None or (dim.may_be_one and shape[axis] == 1):
                continue
            if shape[axis] != size:
                return Misfit(place, axis, size)
            if dim.kind == "name":
                known.setdefault(dim.name, size)
    return None


def placed(dims: Sequence[Dim], rank: int) -> list[tuple[int, list[int]]]:
    """Return each axis of an annotation with the axes of a shape that it stands for."""
    found: list[tuple[int, list[int]]] = []
    axis = 0
    for place, dim in enumerate(dims):
        length = rank - (len(dims) - 1) if dim.kind == "many" else 1
        found.append((place, list(range(axis, axis + max(length, 0)))))
        axis += max(length, 0)
    return found


def _wanted(dim: Dim, given: Any, known: Mapping[str, Any], lookup: Lookup) -> Any:
    """Return the size that one axis is to have; what it has where it is free, None where that cannot be told."""
    if dim.kind == "size":
        return dim.size
    if dim.kind == "name":
        return known.get(dim.name, given)
    if dim.kind == "expression":
        return computed(dim.name, lambda name: known.get(name, lookup(name)))
    return None


def computed(text: str, lookup: Lookup) -> Any:
    """Return what an expression of sizes comes to, or None where it cannot be told."""
    return _computed(ast.parse(text, mode="eval").body, lookup)


def _computed(node: ast.expr, lookup: Lookup) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, (ast.Name, ast.Attribute)):
        return lookup(ast.unparse(node))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _computed(node.left, lookup), _computed(node.right, lookup)
        if left is None or right is None or (isinstance(node.op, (ast.FloorDiv, ast.Mod)) and right == 0):
            return None
        return _OPERATORS[type(node.op)](left, right)
    return None
