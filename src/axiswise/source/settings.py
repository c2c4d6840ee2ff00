"""What a project's own files set by name: the defaults of its command lines, and its JSON and YAML files."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from axiswise.source.project import Project, python_files
from axiswise.source.text import SourceFile

MOST_TEXT = 100_000
"""Characters of a file of settings; a larger one is data."""

MOST_FILES = 60
"""Files of settings that are read."""

FEW = 2
"""Names that have to agree before settings are taken for those of a class."""


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Values by name.

    Attributes:
        place: Where they are set: `run.py`, `configs/base.json`.
        values: Numbers, texts, flags, and lists of them.
    """

    place: str
    values: Mapping[str, Any]


def settings_of(project: Project) -> tuple[FileSettings, ...]:
    """Return the settings in a project's files, each file's and each mapping's by themselves."""
    parsed = (each for each in map(_of_command_line, project.mentioning("add_argument")) if each.values)
    return (*parsed, *_of_files(project.root))


def best_for(names: Iterable[str], listed: Iterable[FileSettings]) -> FileSettings | None:
    """Return the settings that know most of some names, the first of equals; None where none knows more than one."""
    wanted = set(names)
    known = [(len(wanted & each.values.keys()), each) for each in listed]
    number, found = max(known, key=lambda pair: pair[0], default=(0, None))
    return found if number >= FEW else None


def _of_command_line(source: SourceFile) -> FileSettings:
    values: dict[str, Any] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".add_argument"):
            values.update(_argument(node))
    return FileSettings(os.path.basename(source.path), values)


def _argument(node: ast.Call) -> Iterator[tuple[str, Any]]:
    """Yield an argument of a command line with its default, where that is written."""
    texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    given = {each.arg: _literal(each.value) for each in node.keywords if each.arg is not None}
    name = given.get("dest") or next((each for each in texts if each.startswith("--")), texts[0] if texts else "")
    flag = {"store_true": False, "store_false": True}.get(str(given.get("action")))
    default = given.get("default", flag)
    if name and default is not None:
        yield str(name).lstrip("-").replace("-", "_"), default


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):  # worked out as the program runs
        return None


def _of_files(root: Path) -> Iterator[FileSettings]:
    for path in _settings_files(root):
        for values in _mappings(content_of(path)):
            yield FileSettings(os.path.relpath(path, root), values)


def _settings_files(root: Path) -> list[Path]:
    folders = dict.fromkeys((root, *(each.parent for each in python_files(root, MOST_FILES)), *root.glob("*conf*/")))
    found = [path for folder in folders for path in sorted(folder.glob("*")) if path.suffix in _READERS]
    return [path for path in found[:MOST_FILES] if path.is_file() and path.stat().st_size <= MOST_TEXT]


def _yaml(text: str) -> Any:
    import yaml  # pyright: ignore[reportMissingModuleSource]

    return yaml.safe_load(text)


_READERS = {".json": json.loads, ".yaml": _yaml, ".yml": _yaml}


def content_of(path: Path) -> Any:
    """Return what a JSON or YAML file says, or None where it is none that can be read here."""
    try:
        return _READERS[path.suffix](path.read_text("utf-8"))
    except Exception:  # whatever a reader makes of a file that is none of settings
        return None


def _mappings(content: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a mapping and those within it."""
    if isinstance(content, dict):
        held = cast("dict[Any, Any]", content)
        yield {str(key): value for key, value in held.items() if not isinstance(value, dict) and value is not None}
        for value in held.values():
            yield from _mappings(value)
