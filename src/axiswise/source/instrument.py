"""Make a program's numbers and loops speak: the one change made to a copy of the user's syntax tree before it runs.

- An integer literal becomes a `Size` with its place, so that every size computed from it can be followed back.
- `len(x)`, `int(x)`, `float(x)` and `round(x)` keep or begin an origin; `type(x)` is that of an ordinary number.
- `for` and `while` ask a guard at each round whether anything new is still being reached.
Lines and columns stay as they were; tracebacks look the same.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, cast

from axiswise.origin import Origin, Size, origin_of
from axiswise.source.annotating import DECLARED, Annotating, Annotations
from axiswise.source.leaving_out import Leniency, lenient
from axiswise.source.observing import Observer, Observing, names
from axiswise.source.text import SourceFile

PREFIX = "_axiswise_"
LOOPS = f"{PREFIX}loop"
ROUNDS = f"{PREFIX}round"
MEASURED = f"{PREFIX}measured"
COUNTING = {"len", "int", "float", "round"}
TYPED = f"{PREFIX}type"


class LoopGuard(Protocol):
    """Decides when a loop has shown all it has to show."""

    def rounds(self, iterable: Iterable[Any], key: tuple[str, int]) -> Iterator[Any]:
        """Yield the items of a `for` loop for as long as they bring something new."""
        ...

    def another_round(self, condition: object, key: tuple[str, int]) -> bool:
        """Return whether a `while` loop goes round again."""
        ...


class _Instrumenter(ast.NodeTransformer):
    def __init__(self, source: SourceFile, constants: dict[str, Size]) -> None:
        self.source = source
        self.constants = constants
        self.number = 0

    def _name(self, node: ast.AST, name: str) -> ast.Name:
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if type(node.value) is not int or node.value.bit_length() > 62:
            return node
        span = self.source.span(node)
        name = f"{PREFIX}{abs(hash(span))}_{self.number}"
        self.number += 1
        self.constants[name] = Size(node.value, Origin("literal", node.value, span))
        return self._name(node, name)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node  # format specifications want constants, and text has no sizes

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node.value = self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):  # x[0] stays as it is: an index is no size
            node.slice = self.visit(node.slice)
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        if isinstance(node.elt, ast.ListComp) and _is_number(node.elt.elt):
            inner, node.elt = node.elt, ast.copy_location(ast.Constant(None), node.elt)  # a table is data
            self.generic_visit(node)
            node.elt = inner
            return node
        return self.generic_visit(node)

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node  # annotations are types, not sizes

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.target = self.visit(node.target)
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def _function(self, node: Any) -> ast.AST:
        returns, node.returns = node.returns, None
        self.generic_visit(node)
        node.returns = returns
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in COUNTING:
            span = self.source.span(node)
            key = f"{PREFIX}call_{abs(hash(span))}_{self.number}"
            self.number += 1
            self.constants[key] = Size(0, Origin("call", 0, span))
            original = self._name(node.func, node.func.id)
            node.func = self._name(node.func, MEASURED)
            node.args = [original, self._name(node, key), *node.args]
        elif isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) == 1:
            node.func = self._name(node.func, TYPED)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = self._guarded(node.iter, LOOPS, node.lineno)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.test = self._guarded(node.test, ROUNDS, node.lineno)
        return node

    def _guarded(self, node: ast.expr, guard: str, line: int) -> ast.expr:
        where = ast.Tuple([ast.Constant(self.source.path), ast.Constant(line)], ast.Load())
        call = ast.Call(self._name(node, guard), [node, where], [])
        ast.copy_location(call, node)
        for part in (where, *where.elts):
            ast.copy_location(part, node)
        return call


def instrument(
    source: SourceFile,
    guard: LoopGuard,
    observer: Observer | None = None,
    annotations: Annotations | None = None,
    leniency: Leniency | None = None,
) -> Any:
    """Return the code object of an instrumented module; its helpers are put among the builtins.

    Args:
        source: The module.
        guard: Asked at each round of its loops.
        observer: Sees its calls, operators and subscripts, where the framework cannot be asked to tell of them.
        annotations: Holds what functions take and return against their annotations.
        leniency: Keeps what fails among the module's statements; without it, that ends the module.

    Raises:
        SyntaxError: The source is not valid Python.
    """
    constants: dict[str, Size] = {}
    tree = ast.parse(source.text, source.path)
    space = builtins.__dict__
    if annotations is not None:
        annotating = Annotating(source)
        tree = annotating.visit(tree)
        space.update(annotating.found, **{DECLARED: annotations.declared})
    instrumented = _Instrumenter(source, constants).visit(tree)
    space.update(constants)
    if observer is not None:
        instrumented = Observing().visit(instrumented)
        space.update(names(observer))
    space[LOOPS], space[ROUNDS] = guard.rounds, guard.another_round
    if leniency is not None:
        instrumented = lenient(instrumented, source.path)
        space.update(leniency.names())
    space[MEASURED] = _measured
    space[TYPED] = _typed
    return compile(instrumented, source.path, "exec", dont_inherit=True)


def _is_number(node: ast.expr) -> bool:
    """Return whether an expression is arithmetic alone: nothing is made in it, and no list is put together."""
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    return isinstance(node, ast.BinOp) and all(ast.unparse(each.func).startswith(("math.", "np.")) for each in calls)


def _typed(value: Any) -> Any:
    """Return a value's type as the program knows it: `type(layer) == int` holds for a number that remembers."""
    found = cast("type[Any]", type(value))
    if found.__module__.startswith("axiswise."):
        return next((plain for plain in (int, float, str) if issubclass(found, plain)), found)
    return found


def _measured(function: Callable[..., Any], place: Size, *args: Any, **kwargs: Any) -> Any:
    """Call `len`, `int`, `float` or `round`: a known number stays known, and a counted or parsed one begins here."""
    result = function(*args, **kwargs)
    if type(result) is not int or not args:
        return result
    known = origin_of(args[0])
    if function is builtins.len or isinstance(args[0], (str, bytes)):
        known = Origin("call", result, place.origin.span)
    return Size(result, known) if known is not None else result
