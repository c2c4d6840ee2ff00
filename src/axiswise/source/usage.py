"""What a function does with a parameter: the evidence of what has to be given for it, where nothing else says."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Usage:
    """What is done with one parameter.

    Attributes:
        called: It is called, as a function or a class.
        makes: It is called by its own name: a class or a factory, where it is a parameter of a constructor.
        keywords: Names of the arguments that calls of it give.
        iterated: It is iterated over, measured with `len`, or unpacked.
        parts: Targets it is unpacked into, 0 where it is not.
        length: One more than the largest index it is subscripted with, 0 where it is not.
        counted: `range(x)` is taken of it.
        compared: Constants it is compared with.
        keys: Strings it is subscripted with.
        attributes: Attributes that are read of it.
        given: Functions it is handed to, with the place or the keyword: `("nn.Linear", 0)`.
        multiplied: It stands in arithmetic.
        tested: It stands alone as a condition, or as a part of one (`if train and rate > 0`).
        gridded: It is subscripted as only an array is: with several indices, `...` or None.
        kinds: Types that `isinstance` asks whether it is, as written.
    """

    called: bool = False
    makes: bool = False
    keywords: set[str] = field(default_factory=set[str])
    iterated: bool = False
    parts: int = 0
    length: int = 0
    counted: bool = False
    compared: list[object] = field(default_factory=list[object])
    keys: set[str] = field(default_factory=set[str])
    attributes: set[str] = field(default_factory=set[str])
    given: list[tuple[str, int | str]] = field(default_factory=list[tuple[str, int | str]])
    multiplied: bool = False
    tested: bool = False
    gridded: bool = False
    kinds: list[str] = field(default_factory=list[str])


def usage(tree: ast.AST, name: str) -> Usage:
    """Return what is done with a name, or with the attribute of `self` it is kept as, in a class or a function."""
    kept = {
        ast.unparse(target)
        for node in ast.walk(tree)
        for target, value in _bindings(node)
        if isinstance(target, ast.Attribute) and isinstance(value, ast.Name) and value.id == name
    }

    own = {node for scope in _scopes(tree, name) for node in _before_rebinding(scope, name)}

    def is_it(node: ast.AST | None) -> bool:
        if isinstance(node, ast.Attribute):
            return bool(kept) and ast.unparse(node) in kept
        return isinstance(node, ast.Name) and node.id == name and node in own

    return _found(tree, is_it)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the targets of an assignment, each with its value: both of `self.a, self.b = a, b`."""
    match node:
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield target, value
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    yield from zip(target.elts, value.elts, strict=False)
        case _:
            pass


def _before_rebinding(scope: ast.AST, name: str) -> Iterator[ast.AST]:
    """Yield the nodes of a scope up to where the name is bound again (`dims = as_tuple(dims)`)."""
    nodes = list(ast.walk(scope))
    last = min((each.lineno for each in nodes if isinstance(each, ast.Assign) and _rebinds(each, name)), default=None)
    yield from (each for each in nodes if last is None or getattr(each, "lineno", 0) <= last)


def _rebinds(node: ast.Assign, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for target in node.targets for each in ast.walk(target))


def _scopes(tree: ast.AST, name: str) -> list[ast.AST]:
    """Return the functions of a class in which a name is the constructor's parameter, handed on under the same name."""
    if not isinstance(tree, ast.ClassDef):
        return [tree]
    methods = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    return [
        each
        for each in methods
        if each.name != "forward" and any(one.arg == name for one in (*each.args.args, *each.args.kwonlyargs))
    ]


def attribute_usage(tree: ast.AST, name: str) -> Usage:
    """Return what is done with an attribute of any object: with a configuration's field, say."""
    return _found(tree, lambda node: isinstance(node, ast.Attribute) and node.attr == name)


def _found(tree: ast.AST, is_it: Callable[[ast.AST | None], bool]) -> Usage:
    found = Usage()
    for node in ast.walk(tree):
        _seen(node, is_it, found)
    return found


def _seen(node: ast.AST, is_it: Callable[[ast.AST | None], bool], found: Usage) -> None:
    match node:
        case ast.Call():
            if is_it(node.func):
                found.called = True
                found.keywords |= {each.arg for each in node.keywords if each.arg is not None}
            found.makes |= is_it(node.func) and isinstance(node.func, ast.Name)
            callee = ast.unparse(node.func)
            if callee == "isinstance" and len(node.args) == 2 and is_it(node.args[0]):
                found.kinds.append(ast.unparse(node.args[1]))
            for place, argument in enumerate(node.args):
                inner = argument.value if isinstance(argument, ast.Starred) else argument
                if is_it(inner):
                    found.iterated |= callee in ("len", "enumerate", "zip", "sum", "max", "list", "tuple", "reversed")
                    found.counted |= callee == "range"
                    found.given.append((callee, place))
            for keyword in node.keywords:
                if is_it(keyword.value) and keyword.arg is not None:
                    found.given.append((callee, keyword.arg))
        case ast.Starred():
            found.iterated |= is_it(node.value)
        case ast.For() | ast.comprehension():
            found.iterated |= is_it(node.iter)
        case ast.Subscript() if is_it(node.value):
            index = node.slice.operand if isinstance(node.slice, ast.UnaryOp) else node.slice
            if isinstance(index, ast.Constant) and isinstance(index.value, str):
                found.keys.add(index.value)
            else:
                found.iterated = True
                found.gridded |= isinstance(index, ast.Tuple) or ast.unparse(index) in ("...", "None")
                if isinstance(index, ast.Constant) and isinstance(index.value, int):
                    found.length = max(found.length, index.value + (index is node.slice))
        case ast.Attribute() if is_it(node.value) and isinstance(node.ctx, ast.Load):
            found.attributes.add(node.attr)
        case ast.Assign(targets=[ast.Tuple() as target]) if is_it(node.value):
            found.iterated, found.parts = True, len(target.elts)
        case ast.Compare(left=left, comparators=[right]):
            other = right if is_it(left) else left if is_it(right) else None
            for each in _constants(other):
                if each not in found.compared:
                    found.compared.append(each)
        case ast.BinOp():
            found.multiplied |= is_it(node.left) or is_it(node.right)
        case ast.If() | ast.IfExp() | ast.Assert():
            found.tested |= any(is_it(each) for each in _conditions(node.test))
        case _:
            pass


def _conditions(test: ast.expr) -> Iterator[ast.expr]:
    """Yield what a condition is put together from with `and`, `or` and `not`."""
    if isinstance(test, ast.BoolOp):
        for each in test.values:
            yield from _conditions(each)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _conditions(test.operand)
    else:
        yield test


def _constants(node: ast.expr | None) -> Iterator[object]:
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        for each in node.elts:
            yield from _constants(each)
    elif isinstance(node, ast.Dict):
        for key in node.keys:
            yield from _constants(key)


def targets_of(tree: ast.AST, name: str) -> list[str]:
    """Return the names that a name is unpacked into (`image, text = pair`); nothing where it is not, or into others."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id == name:
            for target in node.targets:
                if isinstance(target, ast.Tuple) and all(isinstance(each, ast.Name) for each in target.elts):
                    return [ast.unparse(each) for each in target.elts]
    return []


def item_targets_of(tree: ast.AST, name: str) -> list[str]:
    """Return the names that each item of a list is unpacked into (`for tokens, mask in pairs`); nothing elsewhere."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.target, ast.Tuple):
            is_it = isinstance(node.iter, ast.Name) and node.iter.id == name
            if is_it and all(isinstance(each, ast.Name) for each in node.target.elts):
                return [ast.unparse(each) for each in node.target.elts]
    return []


def attributes_set(tree: ast.ClassDef) -> set[str]:
    """Return the attributes that a class gives its instances: in its body, and as `self.name = ...`."""
    found = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        flat = [one for each in targets for one in (each.elts if isinstance(each, ast.Tuple) else [each])]
        for target in flat:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
                found.add(target.attr)
            elif isinstance(target, ast.Name) and node in tree.body:
                found.add(target.id)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("register_buffer", "register_parameter"):
            found.update(str(each.value) for each in node.args[:1] if isinstance(each, ast.Constant))
    return found
