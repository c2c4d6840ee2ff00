"""What a function's text says of the shapes it takes: annotations, comments, docstrings, and how it unpacks them.

An annotation in jaxtyping's grammar (`Float[Tensor, "batch time 512"]`) is a contract. A comment (`# x: (B, T, C)`) or
a docstring (`x: tensor of shape [batch, time]`) is a hint: it may be out of date. So is a shape that is unpacked.
Source of the grammar: jaxtyping's documentation, "Array annotations".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from axiswise.algebra.pattern import DOTS, Unreadable, sides
from axiswise.source.text import SourceFile

KINDS = {
    **{f"Float{bits}": "Float" for bits in ("", "16", "32", "64")},
    **{f"Int{bits}": "Int" for bits in ("", "8", "16", "32", "64")},
    **dict.fromkeys(("Integer", "UInt", "UInt8", "Long"), "Int"),
    **dict.fromkeys(("Num", "Real", "Inexact", "Shaped", "BFloat16"), "Float"),
    **{f"Complex{bits}": "Complex" for bits in ("", "64", "128")},
    "Bool": "Bool",
}
"""jaxtyping's element types, by the kind that is run for them."""

_AXES = re.compile(r"[(\[]\s*([^()\[\]]*?)\s*,?\s*[)\]]")
_AXIS = re.compile(r"\*?[A-Za-z_]\w*(?:\s*[-+*/]{1,2}\s*\w+)?|\d+|\.\.\.")
_SPACED = re.compile(r"\s*[:=-]\s*((?:\w+ +)+\w+) *->")
"""Axes with nothing but spaces between, as patterns of einops have them: `x: b n d -> b d`."""
_SHAPE = re.compile(r"\bshape\b\W{0,6}?([(\[][^()\[\]]*[)\]])", re.IGNORECASE)
"""Axes in a sentence: `of shape (batch, time)`."""
_WORDS = re.compile(r"[A-Za-z_][\w-]*(?: [A-Za-z_][\w-]*)?")
_KEEPING = frozenset("float half double long int bool to type_as cuda cpu clone detach contiguous".split())
"""Methods whose result has the shape of what they are called on."""
_NO_AXIS = frozenset("tensor optional required torch none default float int bool list tuple str long".split())


@dataclass(frozen=True, slots=True)
class ShapeHint:
    """A parameter's shape, as a text gives it.

    Attributes:
        axes: Each axis as it is written: a name, a number, an expression, `...`.
        kind: One of jaxtyping's words, where the text is an annotation; else empty.
        binding: True for an annotation: data of another shape contradicts it.
        line: Where it stands.
    """

    axes: tuple[str, ...]
    kind: str = ""
    binding: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class ArrayText:
    """The text of an annotation's axes, and its node, where that stands in the file as it is."""

    value: str
    node: ast.Constant | None


def shape_hints(source: SourceFile, function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ShapeHint]:
    """Return what a function's text says of its parameters' shapes, the most binding first."""
    found: dict[str, ShapeHint] = {}
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    for argument in arguments:
        if argument.annotation is not None:
            hint = annotated(argument.annotation)
            if hint is not None:
                found[argument.arg] = hint
    names = [argument.arg for argument in arguments if argument.arg != "self"]
    owner = source.parents.get(function)
    for name, hint in (
        *_commented(source, function, names),
        *_documented(function, names),
        *(_documented(owner, names) if isinstance(owner, ast.ClassDef) and function.name == "forward" else ()),
        *_unpacked(function, names),
    ):
        found.setdefault(name, hint)
    return found


def annotated(annotation: ast.expr) -> ShapeHint | None:
    """Return the shape that an annotation in jaxtyping's grammar gives, or None for any other annotation."""
    for word, text in arrays_in(annotation):
        return ShapeHint(tuple(text.value.split()), KINDS[word], True, annotation.lineno)
    return None


def arrays_in(annotation: ast.expr) -> Iterator[tuple[str, ArrayText]]:
    """Yield the arrays that a value may be by its annotation: jaxtyping's word, and the text of the axes."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            inner = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return
        # Where in the file the inner text stands is not known.
        yield from ((word, ArrayText(text.value, None)) for word, text in arrays_in(inner))
    elif isinstance(annotation, ast.BinOp):  # `Float[...] | None`
        yield from arrays_in(annotation.left)
        yield from arrays_in(annotation.right)
    elif isinstance(annotation, ast.Subscript):
        word = ast.unparse(annotation.value).rpartition(".")[2]
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        if word in ("Optional", "Union"):
            for part in parts:
                yield from arrays_in(part)
        elif word == "Annotated":
            yield from arrays_in(parts[0])
        elif word in KINDS and len(parts) == 2 and isinstance(parts[1], ast.Constant):
            if isinstance(parts[1].value, str):
                yield word, ArrayText(parts[1].value, parts[1])


def _commented(
    source: SourceFile, function: ast.FunctionDef | ast.AsyncFunctionDef, names: list[str]
) -> Iterator[tuple[str, ShapeHint]]:
    """Yield the shapes in comments beside parameters and at the head of the function."""
    first = function.body[0].end_lineno or function.body[0].lineno
    for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
        text = source.lines[argument.lineno - 1]
        alone = sum(each in text for each in names) == 1 or argument.lineno > function.lineno
        if "#" in text and alone and argument.arg in names:
            axes = _first_axes(text.partition("#")[2])
            if axes:
                yield argument.arg, ShapeHint(axes, line=argument.lineno)
    for line in range(function.lineno, min(first + 2, len(source.lines)) + 1):
        comment = source.lines[line - 1].partition("#")[2]
        for name in names if comment else ():
            axes = _after(name, comment)
            if axes:
                yield name, ShapeHint(axes, line=line)


def _documented(
    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, names: list[str]
) -> Iterator[tuple[str, ShapeHint]]:
    """Yield the shapes that the docstring gives for parameters: beside their names, or written under them."""
    lines = (ast.get_docstring(function) or "").splitlines()
    for number, text in enumerate(lines):
        for name in names:
            axes = _after(name, text) or (_below(lines, number) if _is_entry(name, text) else ())
            if axes:
                yield name, ShapeHint(axes, line=function.lineno)


def _is_entry(name: str, text: str) -> bool:
    """Return whether a line of a docstring begins what it says of a parameter: `x: ...`, `x (Tensor): ...`."""
    return re.match(rf"\s*[*:\-`]*(?:param\s+)?{re.escape(name)}\b`*\s*(?:\(|:)", text) is not None


def _below(lines: list[str], number: int) -> tuple[str, ...]:
    """Return the axes behind the word `shape` in the lines that are indented under one."""
    indent = _indent(lines[number])
    under = list(takewhile(lambda line: line.strip() and _indent(line) > indent, lines[number + 1 :]))
    found = _SHAPE.search(" ".join(line.strip() for line in under))
    return _first_axes(found[1]) if found is not None else ()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _after(name: str, text: str) -> tuple[str, ...]:
    """Return the first list of axes behind a name that a text begins with, or that is followed by a colon."""
    found = re.search(
        rf"(?:^\W*(?:param\s+)?|\b)(?P<name>{re.escape(name)})\b`?\s*(?:\([^)]*\))?\s*(?::|=|-|is\b|of\b|\[|\()", text
    )
    if found is None:
        return ()
    spaced = _SPACED.match(text, found.end("name"))
    return tuple(spaced[1].split()) if spaced is not None else _first_axes(text[found.end("name") :])


def _first_axes(text: str) -> tuple[str, ...]:
    for group in _AXES.finditer(text):
        parts = [part.strip().strip("`'\"") for part in re.split(r"[,x×]\s|,", group[1]) if part.strip()]
        parts = [re.sub(r"\W+", "_", part) if _WORDS.fullmatch(part) else part for part in parts]
        is_list = len(parts) > 1 or (len(parts) == 1 and group[0].rstrip(")]").endswith(","))
        if is_list and all(_AXIS.fullmatch(part) for part in parts):
            if not any(part.lower().rpartition(".")[2] in _NO_AXIS for part in parts):
                return tuple(parts)
    return ()


def _unpacked(function: ast.FunctionDef | ast.AsyncFunctionDef, names: list[str]) -> Iterator[tuple[str, ShapeHint]]:
    """Yield the shapes that the function itself unpacks before it changes a parameter, or names in a pattern."""
    changed: set[str] = set()
    for node in _in_order(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            name = _shape_of(node.value)
            parts = [ast.unparse(part) for part in node.targets[0].elts]
            if name in names and name not in changed and not any("*" in part for part in parts):
                yield name, ShapeHint(tuple(parts), line=node.lineno)
        if isinstance(node, ast.Call) and len(node.args) >= 2:
            hint = _pattern(node)
            if hint is not None and isinstance(node.args[0], ast.Name) and node.args[0].id not in changed:
                yield node.args[0].id, hint
        if isinstance(node, ast.Assign):
            targets = {target.id for target in node.targets if isinstance(target, ast.Name)}
            changed |= {name for name in targets if not _keeps_axes(node.value, name)}


def _keeps_axes(value: ast.expr, name: str) -> bool:
    """Return whether a new value of a name has the axes of the old one: `x - x.mean(1)`, `x.float()`."""
    while isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
        value = value.left
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _KEEPING:
        value = value.func.value
    return isinstance(value, ast.Name) and value.id == name


def _in_order(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt | ast.expr]:
    """Return a function's nodes as they run: what a line assigns comes after what it reads."""
    apart = _apart(function)
    nodes = [node for node in ast.walk(function) if isinstance(node, (ast.stmt, ast.expr)) and node not in apart]
    return sorted(nodes, key=lambda node: (node.lineno, isinstance(node, ast.Assign)))


def _apart(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[ast.AST]:
    """Return what runs only when a caller says so: under `if framewise:` of a parameter `framewise=False`."""
    given = function.args
    defaulted = [*given.posonlyargs, *given.args][-len(given.defaults) :] if given.defaults else []
    pairs = [*zip(defaulted, given.defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    off = {each.arg for each, default in pairs if isinstance(default, ast.Constant) and not default.value}
    branches = [node for node in ast.walk(function) if isinstance(node, ast.If)]
    told = [branch for branch in branches if isinstance(branch.test, ast.Name) and branch.test.id in off]
    return {node for branch in told for statement in branch.body for node in ast.walk(statement)}


def _shape_of(value: ast.expr) -> str:
    """Return the name whose shape an expression reads: `x.shape`, `x.size()`."""
    if isinstance(value, ast.Call) and not value.args:
        value = value.func
    if isinstance(value, ast.Attribute) and value.attr in ("shape", "size") and isinstance(value.value, ast.Name):
        return value.value.id
    return ""


def _pattern(call: ast.Call) -> ShapeHint | None:
    """Return the left side of an einops pattern, where each axis has one name."""
    word, text = ast.unparse(call.func).rpartition(".")[2], call.args[1]
    if word not in ("rearrange", "reduce", "repeat") or not isinstance(text, ast.Constant):
        return None
    try:
        left, _ = sides(str(text.value))
    except Unreadable:
        return None
    parts = tuple("_".join(axis.names) if axis.names else "1" for axis in left)
    return None if DOTS in parts else ShapeHint(parts, line=call.lineno)
