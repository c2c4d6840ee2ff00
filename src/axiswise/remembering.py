"""What was found of a model, kept until something that it was found from changes.

An entry is named by everything that a check is given: the model, the project's files, the options, the installed
packages, Python and axiswise itself. Entries lie in the user's cache folder; the oldest go first. Scripts are not kept:
what they read is not known.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import axiswise
from axiswise.config import Options
from axiswise.diagnosis import Report
from axiswise.source.project import Project

MOST = 2_000
"""Entries that are kept."""

SETTINGS = (".yaml", ".yml", ".json", ".toml")
"""What a project's configurations are written in."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept of one check.

    Attributes:
        report: What was reported.
        ran: Names of the classes and functions that were run.
        is_module: Whether it is a class of modules, built or not.
    """

    report: Report
    ran: tuple[str, ...]
    is_module: bool


def name_of(path: str, part: str, options: Options) -> str:
    """Return the name under which what is found of a model is kept.

    Args:
        path: Its file.
        part: The class or function.
        options: As for `check`; how things are shown does not matter.
    """
    unimportant = dict.fromkeys(("all", "verbose", "format", "jobs", "strict", "cache"))
    asked = {**asdict(options), **unimportant}
    told = [os.path.abspath(path), part, os.getcwd(), json.dumps(asked, sort_keys=True), sys.version, *_environment()]
    digest = hashlib.sha256("\0".join(told).encode())
    for file in _files(path):
        digest.update(f"{file}\0".encode())
        digest.update(_digest(file))
    return digest.hexdigest()


def recalled(name: str) -> Memory | None:
    """Return what is kept under a name, or None."""
    try:
        kept = _Reader(io.BytesIO((_folder() / name).read_bytes())).load()
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError):
        return None  # there is none, or none that can be read: the model is checked anew
    return kept if isinstance(kept, Memory) else None


def remember(name: str, memory: Memory) -> None:
    """Keep what was found under a name; a folder that cannot be written keeps nothing."""
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = folder / f"{name}.{os.getpid()}"
        unfinished.write_bytes(pickle.dumps(memory))
        unfinished.replace(folder / name)
        entries = sorted(folder.iterdir(), key=lambda entry: entry.stat().st_mtime)
        for entry in entries[:-MOST]:
            entry.unlink(missing_ok=True)
    except OSError:
        return


class _Reader(pickle.Unpickler):
    """Reads axiswise's own values back, and makes nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if not module.startswith("axiswise."):
            raise pickle.UnpicklingError(f"{module}.{name} is none of ours")
        return super().find_class(module, name)


def _folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "axiswise")


@cache
def _environment() -> tuple[str, ...]:
    """Return the installed packages, by the folders that name their versions, and axiswise's own files."""
    folders = [Path(folder) for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]
    packages = [entry.name for folder in folders if folder.is_dir() for entry in folder.glob("*.dist-info")]
    own = Path(axiswise.__file__).parent.rglob("*.py")
    return (*sorted(packages), *sorted(f"{file}{file.stat().st_mtime_ns}" for file in own))


def _files(path: str) -> Iterator[Path]:
    """Yield the files of a model's project, its settings too."""
    project = Project(path)
    files = [Path(file) for file in project.files]
    yield from files
    for folder in sorted({file.parent for file in files}):
        yield from sorted(each for each in folder.iterdir() if each.suffix in SETTINGS and each.is_file())


def _digest(file: Path) -> bytes:
    try:
        return hashlib.sha256(file.read_bytes()).digest()
    except OSError:
        return b""
