"""What a program makes and never uses: a parameter, a variable, a layer. Where shapes clash, it tells of the slip."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.source.text import SourceFile

Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_of(source: SourceFile, node: ast.AST) -> Function | None:
    """Return the innermost function around a node."""
    return next((each for each in _around(source, node) if isinstance(each, Function)), None)


def _around(source: SourceFile, node: ast.AST) -> Iterator[ast.AST]:
    current = source.parents.get(node)
    while current is not None:
        yield current
        current = source.parents.get(current)


def names_in(node: ast.AST) -> set[str]:
    """Return the names that an expression reads."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def words(name: str) -> set[str]:
    """Return the words of a name, in lower case: `self.in_dim` has `self`, `in` and `dim`."""
    return set(name.lower().replace(".", "_").split("_"))


def unread_parameters(source: SourceFile, node: ast.AST) -> set[str]:
    """Return the parameters of the function around a node that it never reads."""
    function = function_of(source, node)
    if function is None:
        return set()
    return {each.arg for each in _parameters(function)} - {"self", "cls"} - names_in(function)


def is_only_reading(source: SourceFile, node: ast.AST) -> bool:
    """Return whether a parameter is read at this one place of its function: without it, nothing would be left of it."""
    function = function_of(source, node)
    if (
        function is None
        or not isinstance(node, ast.Name)
        or node.id not in {each.arg for each in _parameters(function)}
    ):
        return False
    read = (each for each in ast.walk(function) if isinstance(each, ast.Name) and each.id == node.id)
    return sum(isinstance(each.ctx, ast.Load) for each in read) == 1


def _parameters(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def unread_names(source: SourceFile, node: ast.AST) -> list[str]:
    """Return the names that are given a value above a node, in its function, and that the function never reads.

    A name that says so itself (`_`, `_hidden`) is left out, and so is one of several that a statement unpacks.
    """
    function = function_of(source, node)
    if function is None:
        return []
    read, line = names_in(function), getattr(node, "lineno", 0)
    given = [each.arg for each in _parameters(function) if each.arg not in ("self", "cls")]
    for each in ast.walk(function):
        if isinstance(each, ast.Assign) and each.lineno < line and isinstance(each.targets[0], ast.Name):
            given.append(each.targets[0].id)
    return [name for name in dict.fromkeys(given) if name not in read and not name.startswith("_")]


def is_handed_back(source: SourceFile, node: ast.AST) -> bool:
    """Return whether a function returns, as it is, what the statement of a node binds: who calls it may read it all."""
    statement, function = source.statement_of(node), function_of(source, node)
    if not isinstance(statement, ast.Assign) or function is None:
        return False
    bound = {each.id for target in statement.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    returned = (
        each
        for answer in ast.walk(function)
        if isinstance(answer, ast.Return) and answer.value is not None
        for each in ast.walk(answer.value)
    )
    parts = (ast.Subscript, ast.Attribute)
    return any(
        isinstance(each, ast.Name) and each.id in bound and not isinstance(source.parents.get(each), parts)
        for each in returned
    )


def is_read_once(source: SourceFile, node: ast.expr) -> bool:
    """Return whether an attribute of the class around a node is read at this one place only."""
    return isinstance(node, ast.Attribute) and _read(source, class_of(source, node)).count(node.attr) == 1


def class_of(source: SourceFile, node: ast.AST) -> ast.ClassDef | None:
    """Return the innermost class around a node."""
    return next((each for each in _around(source, node) if isinstance(each, ast.ClassDef)), None)


def _read(source: SourceFile, owner: ast.ClassDef | None) -> list[str]:
    """Return the attributes that are read and may be a class's: not those that another class reads of itself."""
    within = set(ast.walk(owner)) if owner is not None else set[ast.AST]()
    reads = (
        each for each in ast.walk(source.tree) if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Load)
    )
    return [
        each.attr
        for each in reads
        if each in within or not (isinstance(each.value, ast.Name) and each.value.id == "self")
    ]


def uncalled_layers(source: SourceFile, node: ast.AST) -> list[str]:
    """Return the attributes of the class around a node that are set to what a call returns and that no line reads."""
    owner = class_of(source, node)
    if owner is None:
        return []
    read = set(_read(source, owner))
    found: list[str] = []
    for each in ast.walk(owner):
        if isinstance(each, ast.Assign) and any(_is_built(source, made) for made in _made(each.value)):
            target = each.targets[0]
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
                found.append(target.attr)
    return [name for name in dict.fromkeys(found) if name not in read]


def _made(value: ast.expr) -> Iterator[ast.Call]:
    """Yield the calls that may give a value: of either branch (`Linear(...) if wide else Identity()`), or put off."""
    if isinstance(value, ast.Call):
        yield value
        yield from (call for each in value.args if isinstance(each, ast.Lambda) for call in _made(each.body))
    elif isinstance(value, ast.IfExp):
        yield from (*_made(value.body), *_made(value.orelse))
    elif isinstance(value, ast.BoolOp):
        yield from (call for each in value.values for call in _made(each))


def _is_built(source: SourceFile, call: ast.Call) -> bool:
    """Return whether a call looks like a constructor's: a name with a capital letter, or a class that was handed in."""
    function = function_of(source, call)
    if isinstance(call.func, ast.Name) and function is not None:
        return call.func.id[:1].isupper() or call.func.id in {each.arg for each in _parameters(function)}
    return isinstance(call.func, ast.Attribute) and call.func.attr[:1].isupper()
