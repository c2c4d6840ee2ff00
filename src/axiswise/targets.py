"""What the user named, before anything is run: which files, which parts of them, and why the rest cannot be checked."""

from __future__ import annotations

import ast
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from importlib.machinery import PathFinder
from pathlib import Path

from axiswise.diagnosis import Target
from axiswise.frontends.choosing import uses_framework
from axiswise.source.project import python_files
from axiswise.source.text import SourceFile, Sources, read_source

_MODULE = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_][\w.]*)")


def part_of(target: str) -> tuple[str, str]:
    """Return a target's file, and the name of the class or function in it that is meant; empty for the whole file."""
    path, _, part = target.partition("::")
    return path, part


def named(names: Iterable[str]) -> list[str]:
    """Return what names stand for, each once, in order: `file.py`, or `file.py::Net` for a part of a file.

    Args:
        names: Files; `file.py::Net` for a class or a function; `package.module:Net` for one of a module; folders, for
            all of their files that use a framework.

    Raises:
        ValueError: A name stands for nothing; the message is one line for the user.
    """
    return list(dict.fromkeys(target for name in names for target in _found(name)))


def _found(name: str) -> Iterator[str]:
    if os.path.isfile(name):
        yield _script(name)
    elif os.path.isdir(name):
        yield from _of_folder(name)
    elif os.path.exists(name):
        raise ValueError(f"{name} is no regular file")
    elif "::" in name:
        path, part = part_of(name)
        if not os.path.isfile(path):
            raise ValueError(f"{path or repr(path)}: no such file")
        yield _part(_script(path), part)
    elif said := _MODULE.fullmatch(name):
        yield _part(_module_file(said[1]), said[2])
    else:
        raise ValueError(f"{name or repr(name)}: no such file")


def _script(path: str) -> str:
    if path.endswith(".ipynb"):
        raise ValueError(f"{path} is a notebook: export its cells to a .py file")
    return path


def _of_folder(folder: str) -> list[str]:
    files = [os.path.relpath(path) if not os.path.isabs(folder) else str(path) for path in python_files(Path(folder))]
    found = [path for path in files if uses_framework(path)]
    if not found:
        lacks = "none of its Python files imports a framework" if files else "no Python file is in it"
        raise ValueError(f"{folder}: {lacks}")
    return found


def _module_file(module: str) -> str:
    """Return the file of a module, as it would be imported from here; no package of it is imported.

    Raises:
        ValueError: There is no such module, or it has no source.
    """
    places = [os.getcwd(), *sys.path]
    file: str | None = None
    for part in module.split("."):
        spec = PathFinder.find_spec(part, places)
        if module in sys.builtin_module_names:
            raise ValueError(f"{module}: the module has no Python source")
        if spec is None:
            raise ValueError(f"{module}: no such module, neither here nor where Python looks for modules")
        file, places = spec.origin, list(spec.submodule_search_locations or ())
    if file is None or not file.endswith(".py"):
        raise ValueError(f"{module}: the module has no Python source")
    near = os.path.relpath(file)
    return file if near.startswith("..") else near


def _part(path: str, part: str) -> str:
    """Return the target of a part of a file.

    Raises:
        ValueError: The file has no such class or function.
    """
    source = Sources().file(os.path.abspath(path))
    if source is not None:  # what cannot be parsed is told with its reason
        scope: list[ast.stmt] = source.tree.body
        for word in part.split("."):
            known = dict(_bound(scope))
            if word not in known and "*" not in known:
                raise ValueError(f"{path} has no class or function {part or repr(part)}{_near(word, source)}")
            scope = getattr(known.get(word), "body", [])
            if not scope:
                break  # imported or assigned: only running the file can tell what it has
    return f"{path}::{part}"


def _near(word: str, source: SourceFile) -> str:
    defined = [each.name for each in ast.walk(source.tree) if isinstance(each, (ast.ClassDef, ast.FunctionDef))]
    near = get_close_matches(word, defined, 1)
    return f"; the nearest is {near[0]}" if near else ""


def _bound(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the names that statements bind, with what binds them; `*` for what a module hands over whole."""
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((each.asname or each.name.partition(".")[0], node) for each in node.names)
        else:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    yield inner.id, node
                elif isinstance(inner, ast.stmt) and inner is not node:
                    yield from _bound([inner])


def unreadable(name: str) -> Target | None:
    """Return a target of a file that is no Python or cannot be read, and why; None where it can."""
    path, _ = part_of(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the script's own warnings come when it runs
            ast.parse(read_source(Path(path)), path)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except SyntaxError as error:
        line = f"line {error.lineno}: " if error.lineno else ""
        reason = f"is not Python: {line}{error.msg}"
    except ValueError as error:  # a NUL in the text, in older versions
        reason = f"is not Python: {error}"
    except (RecursionError, MemoryError):
        reason = "is nested too deeply for Python's parser"
    else:
        return None
    return Target(name, "skipped", reason)
