"""Let a program's own calls, operators, subscripts and shape attributes pass through an observer.

For frameworks that have no hook of their own under every operation. Applied to a copy of the syntax tree, after
`axiswise.source.instrument`; lines and columns stay as they were. What Python looks up by the calling frame (`super()`,
`locals()`) is left alone.
"""

from __future__ import annotations

import ast
import operator
from typing import Any, Protocol

PREFIX = "_axiswise_"
CALL, OPERATE, ITEM, FIELD, SLICE, UPDATE, STORE, STORE_UPDATED = (
    f"{PREFIX}{word}" for word in "call operate item field slice update store store_updated".split()
)
FIELDS = frozenset({"shape", "T", "mT"})
"""Attributes that are read through the observer."""

_OF_THE_FRAME = frozenset(
    "super locals globals vars dir eval exec compile print isinstance issubclass type range len int str float bool "
    "getattr setattr hasattr open input zip enumerate list dict tuple set sorted map filter".split()
)
_SYMBOLS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_PREFIXED: dict[type[ast.unaryop], str] = {ast.USub: f"{PREFIX}neg", ast.Invert: f"{PREFIX}invert"}


class Observer(Protocol):
    """Sees what a program does with its values; each method does what Python would have done, and returns it."""

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a function."""
        ...

    def operate(self, symbol: str, left: Any, right: Any) -> Any:
        """Apply a binary operator, or compare."""
        ...

    def update(self, symbol: str, left: Any, right: Any) -> Any:
        """Apply an operator in place, and return what the name stands for then."""
        ...

    def item(self, value: Any, index: Any) -> Any:
        """Subscript a value."""
        ...

    def store(self, value: Any, index: Any, new: Any) -> None:
        """Assign to a subscript."""
        ...

    def store_updated(self, symbol: str, value: Any, index: Any, right: Any) -> None:
        """Apply an operator in place to what a subscript gives, and assign it there."""
        ...

    def field(self, value: Any, name: str) -> Any:
        """Read one of `FIELDS`."""
        ...


def names(observer: Observer) -> dict[str, Any]:
    """Return what an observed module's code calls, by the names it uses."""
    return {
        CALL: observer.call,
        OPERATE: observer.operate,
        UPDATE: observer.update,
        ITEM: observer.item,
        STORE: observer.store,
        STORE_UPDATED: observer.store_updated,
        FIELD: observer.field,
        SLICE: slice,
        _PREFIXED[ast.USub]: operator.neg,
        _PREFIXED[ast.Invert]: operator.invert,
    }


class Observing(ast.NodeTransformer):
    """Rewrites a syntax tree to go through an observer."""

    def _through(
        self, name: str, node: ast.expr | ast.stmt, args: list[ast.expr], keywords: list[ast.keyword]
    ) -> ast.Call:
        call = ast.Call(ast.copy_location(ast.Name(name, ast.Load()), node), args, keywords)
        return ast.copy_location(call, node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        is_ours = isinstance(node.func, ast.Name) and (node.func.id in _OF_THE_FRAME or node.func.id.startswith(PREFIX))
        self.generic_visit(node)
        return node if is_ours else self._through(CALL, node, [node.func, *node.args], node.keywords)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        symbol = _SYMBOLS.get(type(node.op))
        if symbol is None or isinstance(node.left, (ast.Constant, ast.JoinedStr)):
            return node
        constant = ast.copy_location(ast.Constant(symbol), node)
        return self._through(OPERATE, node, [constant, node.left, node.right], [])

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        symbol = _COMPARISONS.get(type(node.ops[0])) if len(node.ops) == 1 else None
        if symbol is None:
            return node
        constant = ast.copy_location(ast.Constant(symbol), node)
        return self._through(OPERATE, node, [constant, node.left, node.comparators[0]], [])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        word = _PREFIXED.get(type(node.op))
        if word is None or isinstance(node.operand, ast.Constant):
            return node
        return self._through(CALL, node, [ast.copy_location(ast.Name(word, ast.Load()), node), node.operand], [])

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        symbol, target = _SYMBOLS.get(type(node.op)), node.target
        if symbol is None:
            return node
        constant = ast.copy_location(ast.Constant(symbol), node)
        if isinstance(target, ast.Subscript):
            index = _as_value(target.slice)
            if index is None:
                return node
            args = [constant, target.value, index, node.value]
            return ast.copy_location(ast.Expr(self._through(STORE_UPDATED, node, args, [])), node)
        if isinstance(target, ast.Attribute) and not isinstance(target.value, ast.Name):
            return node  # its owner would be computed twice
        before = _loaded(target)
        updated = self._through(UPDATE, node, [constant, before, node.value], [])
        return ast.copy_location(ast.Assign([target], updated), node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        index = _as_value(target.slice) if isinstance(target, ast.Subscript) and len(node.targets) == 1 else None
        if index is None or not isinstance(target, ast.Subscript):
            return node
        stored = self._through(STORE, target, [target.value, index, node.value], [])
        return ast.copy_location(ast.Expr(stored), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        index = _as_value(node.slice) if isinstance(node.ctx, ast.Load) else None
        return node if index is None else self._through(ITEM, node, [node.value, index], [])

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr not in FIELDS or not isinstance(node.ctx, ast.Load):
            return node
        constant = ast.copy_location(ast.Constant(node.attr), node)
        return self._through(FIELD, node, [node.value, constant], [])

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node  # annotations are types

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(statement) for statement in node.body]
        return node  # bases may be subscripted types

    def _function(self, node: Any) -> ast.AST:
        node.args = self.visit(node.args)
        node.body = [self.visit(statement) for statement in node.body]
        return node  # decorators see the function that the user wrote, its annotations are types

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.body = [self.visit(statement) for statement in node.body]
        return node


def _loaded(target: ast.Name | ast.Attribute) -> ast.expr:
    """Return an expression that reads what a target stands for."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)


def _as_value(index: ast.expr) -> ast.expr | None:
    """Return a subscript's index as an expression of its own, or None where it has none."""
    if isinstance(index, ast.Slice):
        edges = [
            edge or ast.copy_location(ast.Constant(None), index) for edge in (index.lower, index.upper, index.step)
        ]
        call = ast.Call(ast.copy_location(ast.Name(SLICE, ast.Load()), index), edges, [])
        return ast.copy_location(call, index)
    if isinstance(index, ast.Tuple):
        parts = [_as_value(part) for part in index.elts]
        if any(part is None for part in parts):
            return None
        return ast.copy_location(ast.Tuple([part for part in parts if part is not None], ast.Load()), index)
    return None if isinstance(index, ast.Starred) else index
