"""What the user named, before anything is run: which of it is a script, and why the rest cannot be checked."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

from axiswise.diagnosis import Target
from axiswise.source.text import read_source

_MODULE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
ONLY_SCRIPTS = "this version checks scripts"


def part_of(target: str) -> tuple[str, str]:
    """Return a target's file, and the name of the class or function in it that is meant; empty for the whole file."""
    path, _, part = target.partition("::")
    return path, part


def scripts(names: Iterable[str]) -> list[str]:
    """Return the scripts that were named, each once, in order.

    Raises:
        ValueError: A name is no file, or a kind of target that is not there yet.
    """
    found: dict[str, None] = {}
    for name in names:
        if os.path.isfile(name):
            if name.endswith(".ipynb"):
                raise ValueError(f"{name} is a notebook; {ONLY_SCRIPTS}: export its cells to a .py file")
            found[name] = None
        elif os.path.isdir(name):
            python = sorted(path.name for path in Path(name).glob("*.py"))
            named = f": name its files, {python[0]} for one" if python else "; there is no Python file in it"
            raise ValueError(f"{name} is a folder; {ONLY_SCRIPTS}{named}")
        elif "::" in name or _MODULE.fullmatch(name):
            raise ValueError(f"{name} names a part of a module; {ONLY_SCRIPTS}: name a .py file that runs it")
        elif os.path.exists(name):
            raise ValueError(f"{name} is no regular file; {ONLY_SCRIPTS}")
        else:
            raise ValueError(f"{name or repr(name)}: no such file")
    return list(found)


def unreadable(name: str) -> Target | None:
    """Return a script's target where it is no Python that can be read, and why; None where it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the script's own warnings come when it runs
            ast.parse(read_source(Path(name)), name)
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
