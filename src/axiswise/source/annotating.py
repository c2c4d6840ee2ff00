"""Let values pass by the annotations of their shapes: parameters, what is returned, and variables.

Applied to a copy of the syntax tree; lines and columns stay as they were. Annotations are read, never run: nothing has
to be installed for them, and a decorator that would check them is not needed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from axiswise.algebra.annotation import Dim, Unreadable, read
from axiswise.origin import Span
from axiswise.source.shape_hints import ArrayText, arrays_in
from axiswise.source.text import SourceFile

DECLARED = "_axiswise_declared"
BOUND = "_axiswise_bound"


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one annotation says.

    Attributes:
        name: Of the parameter or variable; empty for what a function returns.
        function: Name of the function it stands in; empty for a module.
        word: jaxtyping's word for the kind of elements.
        text: The axes as written.
        dims: The axes.
        places: Where each axis is written, as far as that is known.
        part: Which of several returned values it is about; -1 for the only one.
    """

    name: str
    function: str
    word: str
    text: str
    dims: tuple[Dim, ...]
    places: tuple[Span | None, ...]
    part: int = -1


class Annotations(Protocol):
    """Holds values against annotations."""

    def declared(self, annotations: tuple[Annotation, ...], bound: dict[str, Any], value: Any) -> Any:
        """Return the value.

        Args:
            annotations: What is said of it, or of its parts.
            bound: What the names of axes stand for in this call of the function; more may be added.
            value: What is annotated.
        """
        ...


class Annotating(ast.NodeTransformer):
    """Rewrites a syntax tree so that annotated values pass by `DECLARED`.

    Attributes:
        found: The annotations, by the names that the code uses for them.
    """

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.found: dict[str, tuple[Annotation, ...]] = {}
        self._functions: list[tuple[str, tuple[Annotation, ...]]] = []

    def _read(self, node: ast.expr | None, name: str, part: int = -1) -> Iterator[Annotation]:
        """Yield what an annotation says, where it says one thing."""
        arrays = list(arrays_in(node)) if node is not None and not _may_be_any(node) else []
        if len(arrays) == 1:
            word, text = arrays[0]
            try:
                dims = read(text.value)
            except Unreadable:  # jaxtyping refuses it where it is run
                return
            function = self._functions[-1][0] if self._functions else ""
            yield Annotation(name, function, word, text.value, dims, self._places(text, dims), part)

    def _places(self, text: ArrayText, dims: tuple[Dim, ...]) -> tuple[Span | None, ...]:
        """Return where each axis of an annotation is written, in a plain text on one line."""
        node = text.node
        if node is None or node.lineno != node.end_lineno:
            return (None,) * len(dims)
        span = self.source.span(node)
        line = self.source.lines[span.line - 1]
        found: list[Span | None] = []
        at = line.find(text.value, span.column, span.end_column)
        for dim in dims:
            at = line.find(dim.text, at, span.end_column) if at >= 0 else at
            found.append(Span(span.path, span.line, at, span.line, at + len(dim.text)) if at >= 0 else None)
            at += len(dim.text) if at >= 0 else 0
        return tuple(found)

    def _returned(self, node: ast.expr | None) -> tuple[Annotation, ...]:
        """Return what is said of what a function returns: of one value, or of each of a tuple's."""
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("tuple", "Tuple", "typing.Tuple"):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if not any(isinstance(part, ast.Constant) and part.value is Ellipsis for part in parts):
                return tuple(each for place, part in enumerate(parts) for each in self._read(part, "", place))
        return tuple(self._read(node, ""))

    def _passed(
        self, annotations: tuple[Annotation, ...], value: ast.expr, place: ast.AST, bound: ast.expr
    ) -> ast.Call:
        name = f"_axiswise_annotation_{abs(hash((self.source.path, len(self.found), annotations)))}"
        self.found[name] = annotations
        parts: list[ast.expr] = [ast.Name(DECLARED, ast.Load()), ast.Name(name, ast.Load()), bound]
        call = ast.Call(parts[0], [*parts[1:], value], [])
        for node in (call, *parts):
            ast.copy_location(node, place)
        return call

    def _function(self, node: Any) -> ast.AST:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        self._functions.append((node.name, ()))
        returned = self._returned(node.returns)
        self._functions[-1] = (node.name, returned)
        taken = [(each, tuple(self._read(each.annotation, each.arg))) for each in arguments]
        node.body = [self.visit(statement) for statement in node.body]
        self._functions.pop()
        is_annotated = returned or any(found for _, found in taken)
        if is_annotated or any(_reads(statement) for statement in node.body):
            first: list[ast.stmt] = [
                self._at(ast.Assign([ast.Name(BOUND, ast.Store())], ast.Dict([], [])), node.body[0])
            ]
            for each, found in taken:
                if found:
                    value = ast.copy_location(ast.Name(each.arg, ast.Load()), each)
                    bound = ast.copy_location(ast.Name(BOUND, ast.Load()), each)
                    first.append(ast.copy_location(ast.Expr(self._passed(found, value, each, bound)), each))
            at = 1 if ast.get_docstring(node, clean=False) is not None else 0
            node.body = [*node.body[:at], *first, *node.body[at:]]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outer, self._functions = self._functions, []
        node.body = [each if isinstance(each, ast.AnnAssign) else self.visit(each) for each in node.body]
        self._functions = outer
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        returned = self._functions[-1][1] if self._functions else ()
        if node.value is not None and returned:
            bound = ast.copy_location(ast.Name(BOUND, ast.Load()), node)
            node.value = self._passed(returned, node.value, node, bound)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        found = tuple(self._read(node.annotation, ast.unparse(node.target)))
        if node.value is not None and found:
            bound: ast.expr = ast.Name(BOUND, ast.Load()) if self._functions else ast.Dict([], [])
            node.value = self._passed(found, node.value, node, ast.copy_location(bound, node))
        return node

    def _at(self, made: ast.stmt, place: ast.AST) -> ast.stmt:
        """Return a made statement, all of it at the place of another."""
        for each in ast.walk(made):
            if isinstance(each, (ast.expr, ast.stmt)):
                ast.copy_location(each, place)
        return made


def _may_be_any(annotation: ast.expr) -> bool:
    """Return whether an annotation allows tensors of no particular shape beside one that it describes."""
    if isinstance(annotation, ast.BinOp):
        return _may_be_any(annotation.left) or _may_be_any(annotation.right)
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).rpartition(".")[2] == "Union":
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        return any(_may_be_any(part) for part in parts)
    return isinstance(annotation, (ast.Name, ast.Attribute)) and "Tensor" in ast.unparse(annotation)


def _reads(statement: ast.stmt) -> bool:
    """Return whether a statement of a function, what it defines left out, uses what names are bound to."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and node.id == BOUND:
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
    return False
