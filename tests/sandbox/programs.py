"""Functions for the children of the sandbox's tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any


def echo(payload: Mapping[str, Any]) -> Any:
    """Return the payload."""
    return payload


def execute(payload: Mapping[str, Any]) -> Any:
    """Run the program in `source` as `train.py`; what it leaves in `result` is the result."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(payload["source"], "train.py", "exec"), names)
    return names.get("result")


def emit(payload: Mapping[str, Any]) -> None:
    """Write bytes to standard output and standard error, as they are."""
    sys.stdout.buffer.write(bytes(payload["out"]))
    sys.stderr.buffer.write(bytes(payload["err"]))


def operate(payload: Mapping[str, Any]) -> list[Any]:
    """Do file operations one after the other; return what each gave, or which error it raised for which name."""
    home = os.getcwd()
    return [_operate(home, *operation) for operation in payload["operations"]]


def _operate(home: str, act: str, name: str, other: str = "") -> Any:
    try:
        if act in ("w", "a", "r+", "x"):
            with open(name, act) as file:
                file.write(other)
            return file.name
        return OPERATIONS[act](home, name, other)
    except OSError as error:
        return [type(error).__name__, error.filename, error.filename2]


def _read(_home: str, name: str, _other: str) -> str:
    with open(name) as file:
        return file.read()


def _chdir(home: str, name: str, _other: str) -> list[Any]:
    os.chdir(name)
    here = [os.path.relpath(os.getcwd(), home), sorted(os.listdir())]
    os.chdir(home)
    return here


OPERATIONS: dict[str, Callable[[str, str, str], Any]] = {
    "read": _read,
    "chdir": _chdir,
    "list": lambda _home, name, _other: sorted([e.name, e.is_dir(), e.is_symlink()] for e in os.scandir(name)),
    "remove": lambda _home, name, _other: os.remove(name),
    "rmdir": lambda _home, name, _other: os.rmdir(name),
    "mkdir": lambda _home, name, _other: os.mkdir(name),
    "lstat": lambda _home, name, _other: os.lstat(name).st_mode,
    "stat": lambda _home, name, _other: [os.stat(name).st_mode, os.path.islink(name)],
    "tree": lambda _home, name, _other: sorted([r, sorted(d), sorted(f)] for r, d, f in os.walk(name)),
    "rename": lambda _home, name, other: os.rename(name, other),
    "symlink": lambda _home, name, other: os.symlink(os.path.basename(name), other),
    "link": lambda _home, name, other: os.link(name, other),
}
