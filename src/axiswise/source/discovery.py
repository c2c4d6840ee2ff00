"""What a file defines that takes tensors: its modules and functions, read off the syntax tree, nothing imported.

A base class that is imported cannot be known here; such a class stays undecided (`takes_tensors` None) until then.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from axiswise.origin import Span
from axiswise.source.text import SourceFile

TENSOR = re.compile(r"\b(\w*Tensor|Float|Float16|Float32|BFloat16|Int|Int32|Int64|Long|Bool|Num|Shaped|Complex)\b")
"""Annotations that speak of a tensor: torch's own names, and jaxtyping's."""

LIBRARIES = frozenset({"torch", "F", "einops", "nn", "rearrange", "reduce", "repeat", "einsum"})
"""What a function calls that works on tensors."""

METHODS = frozenset(
    "view reshape permute transpose unsqueeze squeeze flatten contiguous matmul softmax bmm masked_fill expand chunk "
    "unbind size dim t mT detach log_softmax sigmoid tanh relu clamp roll gather scatter index_select".split()
)
"""Methods that a tensor has, and few other things."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or a function at the top of a file.

    Attributes:
        name: Its name.
        span: From its first line to its last.
        kind: `class` or `function`.
        takes_tensors: Whether it is a module or takes tensors; None where only importing it can tell.
        runs: Whether it can be run as it stands: a class that has a `forward` of its own or inherits one from a base
            that is not of this file, and no abstract method; every function that is no coroutine or fixture.
        bases: The bases of a class, as written.
        uses: Names in its body: what it builds, calls or derives from.
    """

    name: str
    span: Span
    kind: str
    takes_tensors: bool | None
    runs: bool
    bases: tuple[str, ...]
    uses: frozenset[str]


def definitions(source: SourceFile) -> tuple[Definition, ...]:
    """Return what a file defines at its top, in order; what stands under an `if` or `try` there counts too."""
    nodes = list(_top(source.tree.body))
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    found: dict[str, Definition] = {}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            takes, runs = _is_module(node, classes, frozenset()), _has_forward(node, classes, frozenset())
            bases = tuple(ast.unparse(base) for base in node.bases)
            found[node.name] = Definition(
                node.name, source.span(node), "class", takes, runs and not _is_abstract(node), bases, _names(node)
            )
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("test_"):
            takes = _takes_tensors(node)
            runs = not any("fixture" in ast.unparse(each) for each in node.decorator_list)
            found[node.name] = Definition(
                node.name, source.span(node), "function", takes, runs, (), _names(node) - {node.name}
            )
    return tuple(found.values())


def outermost_first(found: Sequence[Definition]) -> tuple[Definition, ...]:
    """Return definitions so that one that others of the file use comes after them: it may be covered by then."""
    return tuple(each for group in in_groups(found) for each in group)


def in_groups(found: Sequence[Definition]) -> tuple[tuple[Definition, ...], ...]:
    """Return definitions outermost first, those together that use none of each other, except in a circle."""
    within: Mapping[str, Definition] = {each.name: each for each in found}
    heights: dict[str, int] = {}

    def height(name: str, path: frozenset[str]) -> int:
        if name not in heights:
            inner = [each for each in within[name].uses if each in within and each not in path]
            heights[name] = 1 + max((height(each, path | {each}) for each in inner), default=0)
        return heights[name]

    groups: dict[int, list[Definition]] = {}
    for each in found:
        groups.setdefault(height(each.name, frozenset({each.name})), []).append(each)
    return tuple(tuple(groups[level]) for level in sorted(groups, reverse=True))


def _top(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            yield node
        elif isinstance(node, ast.If) and "__name__" not in ast.unparse(node.test):
            yield from _top([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from _top([*node.body, *(each for handler in node.handlers for each in handler.body), *node.orelse])


def _is_module(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef], seen: frozenset[str]) -> bool | None:
    answers: list[bool | None] = []
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Subscript) else base
        name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
        if name == "Module" or name.endswith("LightningModule"):
            answers.append(True)
        elif isinstance(inner, ast.Name) and name in classes:
            circular = name in seen or name == node.name
            answers.append(False if circular else _is_module(classes[name], classes, seen | {node.name}))
        else:
            answers.append(False if name in _NO_MODULES else None)
    return True if True in answers else None if None in answers else False


_NO_MODULES = frozenset(
    "object ABC Generic Protocol Enum IntEnum StrEnum Exception ValueError RuntimeError NamedTuple TypedDict dict list "
    "tuple str int BaseModel Dataset IterableDataset Function TestCase Thread Sampler".split()
)


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}


def _has_forward(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef], seen: frozenset[str]) -> bool:
    if {"forward", "__call__"} & _methods(node).keys():
        return True
    for name in map(ast.unparse, node.bases):
        if name in classes:
            if name not in seen and _has_forward(classes[name], classes, seen | {node.name}):
                return True
        elif name.rpartition(".")[2] not in ("Module", "ABC", "LightningModule"):
            return True  # inherited from elsewhere, as of nn.Sequential
    return False


def _is_abstract(node: ast.ClassDef) -> bool:
    """Return whether a class leaves methods to its heirs."""
    for method in _methods(node).values():
        if any("abstractmethod" in ast.unparse(each) for each in method.decorator_list):
            return True
        body = [
            each for each in method.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        ]
        if method.name == "forward" and body and isinstance(body[0], ast.Raise):
            return True
    return False


def _takes_tensors(node: ast.FunctionDef) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    if any(each.annotation is not None and TENSOR.search(ast.unparse(each.annotation)) for each in arguments):
        return True
    # An annotation that names something else says that it is no tensor.
    names = {each.arg for each in arguments if each.annotation is None}
    return any(isinstance(each, (ast.Call, ast.BinOp)) and _works_on(each, names) for each in ast.walk(node))


def _works_on(node: ast.Call | ast.BinOp, names: set[str]) -> bool:
    """Return whether a call or a product has a tensor of one of the names in it."""

    def named(each: ast.expr) -> bool:
        return isinstance(each, ast.Name) and each.id in names

    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.MatMult) and (named(node.left) or named(node.right))
    if isinstance(node.func, ast.Attribute) and named(node.func.value):
        return node.func.attr in METHODS
    root: ast.expr = node.func
    while isinstance(root, ast.Attribute):
        root = root.value
    known = isinstance(root, ast.Name) and root.id in LIBRARIES and not _makes(node)
    return known and any(named(each) for each in node.args[:3])


def _makes(node: ast.Call) -> bool:
    """Return whether a call makes a tensor of sizes: its arguments are no tensors."""
    name = ast.unparse(node.func).rpartition(".")[2]
    return name[:1].isupper() or name in _MAKERS


_MAKERS = frozenset(
    "zeros ones rand randn randint arange linspace empty full eye tensor manual_seed device load save compile "
    "set_num_threads randperm normal from_numpy Generator".split()
)


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
