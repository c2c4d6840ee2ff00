"""What an expression of the project is worth, without running the file it stands in.

Literals, arithmetic, names and their assignments, parameters with the values that callers give, defaults of `argparse`,
configurations in YAML and JSON files, and constructors that are at hand. Whole numbers keep the place they are written
at.
"""

from __future__ import annotations

import ast
import builtins
import operator
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from axiswise.origin import Origin, Size
from axiswise.source.bindings import Function, assigned, default, is_set_anew, opened, parameters
from axiswise.source.imports import class_at_hand
from axiswise.source.project import Project, module_name
from axiswise.source.settings import content_of
from axiswise.source.text import SourceFile

DEEPEST = 40
"""Steps from an expression to what it is made of."""

MOST_STEPS = 300
"""Expressions that are looked at for the value of one."""

MOST_CALLERS = 6
"""Callers of a function that are asked what they give for a parameter."""

OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: operator.mod,
    ast.Pow: lambda left, right: left**right,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}

SETTLING = ("config", "cfg", "args", "param", "setting", "option", "dict")
"""Words in the name of a function of the user's, or of a class, that only puts settings together: it may be called."""


Names = Callable[[str], Mapping[str, Any] | None]
"""Returns the names of a file's module, or None."""


class Unknown(Exception):
    """An expression's value cannot be had without running the program."""


class Settings(dict[str, Any]):
    """A configuration that was read from a file: its values by key, and as attributes."""

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise AttributeError(name)
        return self[name]


class Evaluator:
    """Finds values of expressions in a project's files.

    Args:
        project: The files.
        running: Returns the names of a file's module where it was imported, else None.
        imported: Imports a file where that does no harm, and returns its module's names, else None.
    """

    def __init__(self, project: Project, running: Names, imported: Names | None = None) -> None:
        self.project = project
        self.running = running
        self.imported = imported or running
        self._depth = 0
        self._steps = 0
        self._calls: dict[str, list[tuple[SourceFile, ast.Call]]] = {}
        self._asking: set[tuple[ast.AST, str]] = set()

    def value(self, node: ast.expr, source: SourceFile) -> Any:
        """Return an expression's value.

        Raises:
            Unknown: It cannot be had.
        """
        self._steps = self._steps + 1 if self._depth else 0
        if self._depth >= DEEPEST or self._steps >= MOST_STEPS:
            raise Unknown
        self._depth += 1
        try:
            return self._value(node, source)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unknown from error
        finally:
            self._depth -= 1

    def _value(self, node: ast.expr, source: SourceFile) -> Any:
        def of(inner: ast.expr) -> Any:
            return self.value(inner, source)

        match node:
            case ast.Constant(value=int() as number) if not isinstance(number, bool):
                return Size(number, Origin("literal", number, source.span(node)))
            case ast.Constant():
                return node.value
            case ast.Tuple() | ast.List() | ast.Set():
                kind = {ast.Tuple: tuple[Any, ...], ast.List: list[Any], ast.Set: set[Any]}[type(node)]
                return kind(self._items(node.elts, source))
            case ast.Dict():
                pairs: dict[Any, Any] = {}
                for key, item in zip(node.keys, node.values, strict=True):
                    pairs.update(of(item) if key is None else {of(key): of(item)})
                return pairs
            case ast.UnaryOp(op=ast.USub()):
                return -of(node.operand)
            case ast.UnaryOp(op=ast.Not()):
                return not of(node.operand)
            case ast.BinOp() if type(node.op) in OPERATORS:
                return OPERATORS[type(node.op)](of(node.left), of(node.right))
            case ast.Compare(ops=[kind], comparators=[right]) if type(kind) in OPERATORS:
                return OPERATORS[type(kind)](of(node.left), of(right))
            case ast.BoolOp():
                first = of(node.values[0])
                rest = ast.copy_location(ast.BoolOp(node.op, node.values[1:]), node) if node.values[1:] else None
                settled = rest is None or bool(first) is isinstance(node.op, ast.Or)
                return first if settled or rest is None else of(rest)
            case ast.IfExp():
                return of(node.body if of(node.test) else node.orelse)
            case ast.Name():
                return self._named(node.id, node, source)
            case ast.Attribute():
                return self._attribute(node, source)
            case ast.Subscript(slice=ast.expr()):
                return of(node.value)[of(node.slice)]
            case ast.Call():
                return self._call(node, source)
            case _:
                raise Unknown(source.text_of(node))

    def _items(self, nodes: list[ast.expr], source: SourceFile) -> Iterator[Any]:
        for each in nodes:
            if isinstance(each, ast.Starred):
                yield from self.value(each.value, source)
            else:
                yield self.value(each, source)

    def arguments(self, call: ast.Call, source: SourceFile) -> tuple[list[Any], dict[str, Any]]:
        """Return the values of a call's arguments, by position and by keyword; an unknown one is an `Unknown`.

        What comes after an unknown `*args` is left out, and so is an unknown `**kwargs`.
        """
        positional: list[Any] = []
        for each in call.args:
            try:
                positional.extend(self._items([each], source))
            except Unknown as unknown:
                if isinstance(each, ast.Starred):
                    break
                positional.append(unknown)
        named: dict[str, Any] = {}
        for keyword in call.keywords:
            try:
                value = self.value(keyword.value, source)
            except Unknown as unknown:
                value = unknown
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif isinstance(value, Mapping):
                named.update(cast("Mapping[str, Any]", value))
        return positional, named

    def calls(self, name: str) -> list[tuple[SourceFile, ast.Call]]:
        """Return the calls of a class or a function in the project, by the last part of its name."""
        if name not in self._calls:
            self._calls[name] = [
                (source, node)
                for source in self.project.mentioning(name)
                for node in source.calls
                if name == getattr(node.func, "id", getattr(node.func, "attr", None))
            ]
        return self._calls[name]

    def _attribute(self, node: ast.Attribute, source: SourceFile) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return self._own(node.attr, node, source)
        try:
            return getattr(self.value(node.value, source), node.attr)
        except (Unknown, AttributeError):
            return self._parsed(node.attr, source)

    def _own(self, name: str, node: ast.AST, source: SourceFile) -> Any:
        """Return what `self.name` is set to in the class around an expression."""
        scope: ast.AST | None = node
        while scope is not None and not isinstance(scope, ast.ClassDef):
            scope = source.parents.get(scope)
        for each in ast.walk(scope) if scope is not None else ():
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == f"self.{name}":
                return self.value(each.value, source)
            if isinstance(each, ast.AnnAssign) and each.value and ast.unparse(each.target) in (name, f"self.{name}"):
                return self.value(each.value, source)
        raise Unknown(name)

    def _parsed(self, name: str, source: SourceFile) -> Any:
        """Return the default of the command line's argument of a name."""
        others = (each for each in self.project.mentioning("add_argument") if each is not source)
        for file in (source, *others):
            for each in ast.walk(file.tree) if "add_argument" in file.text else ():
                if isinstance(each, ast.Call) and getattr(each.func, "attr", "") == "add_argument":
                    keywords = {keyword.arg: keyword.value for keyword in each.keywords}
                    flags = [
                        flag.value for flag in (*each.args, keywords.get("dest")) if isinstance(flag, ast.Constant)
                    ]
                    if name not in {str(flag).lstrip("-").replace("-", "_") for flag in flags}:
                        continue
                    if "default" in keywords:
                        return self.value(keywords["default"], file)
                    if "action" in keywords:
                        return "false" in ast.unparse(keywords["action"])
        raise Unknown(name)

    def _named(self, name: str, node: ast.AST, source: SourceFile) -> Any:
        scope: ast.AST | None = node
        while scope is not None:
            scope = source.parents.get(scope)
            if isinstance(scope, Function):
                bound = assigned(name, scope, node, source)
                if bound is not None:
                    return self._bound(bound, source)
                if name in parameters(scope):
                    return self._passed(name, scope, source)
        space = self.running(source.path)
        if space is not None and name in space:
            return space[name]
        bound = assigned(name, source.tree, node, source)
        if bound is not None:
            if is_set_anew(name, source):
                raise Unknown(name)
            return self._bound(bound, source)
        if hasattr(builtins, name):
            return getattr(builtins, name)
        return self._imported(name, source)

    def _bound(self, bound: ast.expr | tuple[ast.expr, int], source: SourceFile) -> Any:
        if isinstance(bound, tuple):
            whole, place = bound
            return next(iter(self.value(whole, source))) if place < 0 else self.value(whole, source)[place]
        return self.value(bound, source)

    def _passed(self, name: str, scope: Function, source: SourceFile) -> Any:
        """Return what a function's parameter is given by the function's callers, else its default."""
        key = (scope, name)
        if key in self._asking or isinstance(scope, ast.Lambda):
            raise Unknown(name)
        self._asking.add(key)
        try:
            parent = source.parents.get(scope)
            called = parent.name if isinstance(parent, ast.ClassDef) and scope.name == "__init__" else scope.name
            listed = [*scope.args.posonlyargs, *scope.args.args]
            first = 1 if isinstance(parent, ast.ClassDef) else 0
            place = next((at - first for at, each in enumerate(listed) if each.arg == name), -1)
            for file, call in self.calls(called)[:MOST_CALLERS]:
                given = next((each.value for each in call.keywords if each.arg == name), None)
                if given is None and 0 <= place < len(call.args):
                    given = None if any(isinstance(each, ast.Starred) for each in call.args) else call.args[place]
                if given is not None:
                    with suppress(Unknown):
                        return self.value(given, file)
            own = default(name, scope)
            if own is None:
                raise Unknown(name)
            return self.value(own, source)
        finally:
            self._asking.discard(key)

    def _imported(self, name: str, source: SourceFile) -> Any:
        """Return what another file of the project binds to a name that this one imports."""
        for each in ast.walk(source.tree):
            if not isinstance(each, ast.ImportFrom):
                continue
            original = next((alias.name for alias in each.names if name == (alias.asname or alias.name)), None)
            if original is None:
                continue
            tail = (each.module or "").rpartition(".")[2]
            for file in self.project.mentioning(original):
                if module_name(file.path)[0].rpartition(".")[2] != tail:
                    continue
                space = self.running(file.path) or self.imported(file.path)
                if space is not None and original in space:
                    return space[original]
                bound = assigned(original, file.tree, file.tree, file)
                if bound is not None:
                    return self._bound(bound, file)
        raise Unknown(name)

    def _call(self, node: ast.Call, source: SourceFile) -> Any:
        read = self._read(node, source)
        if read is not None:
            return read
        try:
            function = self.value(node.func, source)
        except Unknown:
            function = class_at_hand(source, ast.unparse(node.func))
            if function is None or not _is_part(function):
                factory = _factory(node, source)
                return self.value(factory, source) if factory is not None else self._instance(node, source)
        named = getattr(function, "__name__", "").lower()
        if isinstance(function, types.FunctionType) and self.running(function.__code__.co_filename) is not None:
            if not any(word in named for word in SETTLING):
                factory = _factory(node, source)
                if factory is None:
                    raise Unknown(source.text_of(node))
                return self.value(factory, source)
        positional, keywords = self.arguments(node, source)
        if any(isinstance(each, Unknown) for each in (*positional, *keywords.values())) or named in ("open", "input"):
            raise Unknown(source.text_of(node))
        try:
            return function(*positional, **keywords)
        except Exception as error:  # the user's own code, which may raise anything
            raise Unknown(source.text_of(node)) from error

    def _instance(self, node: ast.Call, source: SourceFile) -> Any:
        """Return the fields of a class of the project that no run has made, as its body and the call set them."""
        name = ast.unparse(node.func).rpartition(".")[2]
        for file in self.project.mentioning(name):
            for each in ast.walk(file.tree):
                if isinstance(each, ast.ClassDef) and each.name == name:
                    fields: dict[str, Any] = {}
                    for line in each.body:
                        target = line.target if isinstance(line, ast.AnnAssign) else None
                        target = line.targets[0] if isinstance(line, ast.Assign) else target
                        value = line.value if isinstance(line, (ast.Assign, ast.AnnAssign)) else None
                        if isinstance(target, ast.Name) and value is not None:
                            fields[target.id] = self.value(value, file)
                    _, named = self.arguments(node, source)
                    given = {key: value for key, value in named.items() if not isinstance(value, Unknown)}
                    if fields or given:
                        return Settings({**fields, **given})
        raise Unknown(source.text_of(node))

    def _read(self, node: ast.Call, source: SourceFile) -> Any:
        """Return a YAML or JSON file that a call loads by its name, or None where it loads none."""
        called = ast.unparse(node.func).rpartition(".")[2]
        if called not in ("load", "loads", "safe_load", "full_load") or not node.args:
            return None
        argument: ast.expr = node.args[0]
        if isinstance(argument, ast.Name):
            argument = opened(argument.id, source) or argument
        for each in ast.walk(argument):
            if isinstance(each, ast.Constant) and str(each.value).endswith((".json", ".yaml", ".yml")):
                for folder in (Path(source.path).parent, self.project.root):
                    if (folder / str(each.value)).is_file():
                        return _loaded(folder / str(each.value))
        return None


def _is_part(cls: type) -> bool:
    """Return whether an installed package's class is one of modules, or of settings, that modules are given."""
    return hasattr(cls, "forward") or any(word in cls.__name__.lower() for word in SETTLING)


def _factory(node: ast.Call, source: SourceFile) -> ast.expr | None:
    """Return what a function of the file returns, which does nothing but put it together; None for any other."""
    for each in ast.walk(source.tree):
        if isinstance(each, ast.FunctionDef) and each.name == getattr(node.func, "id", None):
            *before, last = each.body
            if isinstance(last, ast.Return) and all(isinstance(one, _PLAIN) for one in before):
                return last.value
    return None


_PLAIN = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Expr)


def _loaded(path: Path) -> Any:
    """Return a configuration file's content, mappings as `Settings`."""
    content = content_of(path)
    if content is None:
        raise Unknown(path.name)
    return _settings(content)


def _settings(value: Any) -> Any:
    if isinstance(value, dict):
        return Settings({key: _settings(item) for key, item in cast("dict[Any, Any]", value).items()})
    return [_settings(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value
