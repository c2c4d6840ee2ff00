"""Put an edited source into a module that is there: its functions take the place of the old ones.

A changed setting of a layer's constructor (`batch_first=True`) is set on the layer as it stands; what would need other
weights cannot be tried so.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, cast

import torch

from axiswise.source.text import SourceFile, read_source


def patched(module: torch.nn.Module, replaced: Mapping[str, str]) -> bool:
    """Put edited files into a module; return whether all that they change is in force."""
    return all(_patched(module, path, text) for path, text in replaced.items())


def _patched(module: torch.nn.Module, path: str, text: str) -> bool:
    old = SourceFile(path, read_source(Path(path)))
    new = SourceFile(path, text)
    settings = list(_settings(old, new))
    functions = _functions_of(compile(text, path, "exec"))
    before = _functions_of(compile(old.text, path, "exec"))
    differing = {name for name in functions if name in before and _told(functions[name]) != _told(before[name])}
    built = {name for name in differing if name.rpartition(".")[2] == "__init__"}
    if differing - built and not _replace(module, path, {name: functions[name] for name in differing - built}):
        return False
    if built and not settings:
        return False
    return all([_set(module, *each) for each in settings])


def _told(code: CodeType) -> object:
    """Return what a function does by itself; the functions within it are compared in their turn."""
    own = tuple(repr(each) for each in code.co_consts if not isinstance(each, CodeType))
    return code.co_code, own, code.co_names, code.co_varnames


def _functions_of(code: CodeType) -> dict[str, CodeType]:
    found: dict[str, CodeType] = {}
    for each in code.co_consts:
        if isinstance(each, CodeType):
            found[each.co_qualname] = each
            found |= _functions_of(each)
    return found


def _replace(module: torch.nn.Module, path: str, functions: Mapping[str, CodeType]) -> bool:
    """Give the functions of a file other code; return whether each was found."""
    left = {name for name in functions if "<" not in name.rpartition(".")[2]}
    for function in _living(module, path):
        code = functions.get(function.__code__.co_qualname)
        if code is not None and code.co_freevars == function.__code__.co_freevars:
            function.__code__ = code
            left.discard(code.co_qualname)
    return not left


def _living(module: torch.nn.Module, path: str) -> Iterator[FunctionType]:
    """Yield the functions of a file: methods of the module's classes, and functions of the modules they are from."""
    classes = {kind for each in module.modules() for kind in type(each).__mro__}
    spaces = [vars(kind) for kind in classes]
    spaces += [vars(sys.modules[kind.__module__]) for kind in classes if kind.__module__ in sys.modules]
    for kind in classes:
        for method in vars(kind).values():
            if isinstance(method, FunctionType):
                spaces.append(cast("Any", method.__globals__))
                break
    for space in spaces:
        for value in list(space.values()):
            function = inspect.unwrap(value) if isinstance(value, FunctionType) else None
            if isinstance(function, FunctionType) and function.__code__.co_filename == path:
                yield function


def _settings(old: SourceFile, new: SourceFile) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the calls to which literal keywords were added or changed: their class, its owner, the keywords."""
    for before, after in zip(_calls(old.tree), _calls(new.tree), strict=False):
        if ast.unparse(before.func) != ast.unparse(after.func):
            return
        ours = {each.arg: ast.dump(each.value) for each in before.keywords}
        fresh = {
            str(each.arg): _literal(each.value)
            for each in after.keywords
            if ours.get(each.arg) != ast.dump(each.value) and _literal(each.value) is not None
        }
        if fresh:
            yield ast.unparse(before.func).rpartition(".")[2], _owner(old, before), fresh


def _literal(node: ast.expr) -> Any:
    """Return the value that is written out, or None."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _owner(source: SourceFile, node: ast.AST) -> str:
    """Return the class in whose `__init__` a node stands; empty where it stands in none."""
    method = ""
    while node in source.parents:
        node = source.parents[node]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            method = node.name
        if isinstance(node, ast.ClassDef):
            return node.name if method == "__init__" else "-"
    return "-" if method else ""


def _set(module: torch.nn.Module, kind: str, owner: str, settings: Mapping[str, Any]) -> bool:
    """Set settings on the layers of a class that an owner built; return whether they are in force."""
    if owner == "-":
        return True  # inside a method: the method's code was replaced
    owners = [each for each in module.modules() if not owner or type(each).__name__ == owner]
    layers = [each for one in owners for each in one.modules() if type(each).__name__ == kind]
    found = False
    for layer in layers:
        for part in layer.modules():
            for name, value in settings.items():
                if type(getattr(part, name, None)) is type(value):
                    object.__setattr__(part, name, value)
                    found = True
    return found
