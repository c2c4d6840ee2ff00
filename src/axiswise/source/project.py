"""The files that belong together: a file's project, the modules of a folder, and the name a file is imported by."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from axiswise.source.text import SourceFile, Sources, read_source

MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
"""What stands in the topmost folder of a project."""

NOT_LOOKED_IN = frozenset({"__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env"})
"""Folders that hold no source of the user's own; so do those that begin with a dot, and virtual environments."""

MOST_FILES = 400
"""Files that are read of one project, the nearest first."""

MOST_FOLDERS = 500
"""Folders that are searched for them."""

MOST_TEXT = 2_000_000
"""Bytes of a file beyond which it is data."""


def python_files(folder: Path, most_folders: int = 10_000) -> Iterator[Path]:
    """Yield a folder's Python files, the nearer ones first; links to folders are not followed."""
    pending = deque([folder])
    for _ in range(most_folders):
        if not pending:
            return
        try:
            entries = sorted(os.scandir(pending.popleft()), key=lambda entry: entry.name)
        except OSError:  # a folder that may not be read
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NOT_LOOKED_IN and not entry.name.startswith("."):
                    pending.extend([Path(entry.path)] if not os.path.exists(f"{entry.path}/pyvenv.cfg") else [])
            elif entry.name.endswith(".py") and os.path.isfile(entry.path):
                yield Path(entry.path)


class Project:
    """The files around one file: its folder or package, up to the folder that bears a project's mark.

    Attributes:
        path: The file itself.
        sources: The files that were parsed.
    """

    def __init__(self, path: str, sources: Sources | None = None) -> None:
        self.path = os.path.abspath(path)
        self.sources = sources or Sources()
        self._texts: dict[str, str] = {}

    @cached_property
    def root(self) -> Path:
        """The topmost folder: the one with a mark, else the one that holds the file's package."""
        folder = Path(self.path).parent
        if "site-packages" in folder.parts:  # a library's package is its own project
            return self.package
        marked = (each for each in (folder, *folder.parents) if any((each / mark).exists() for mark in MARKS))
        return next(marked, self.package)

    @cached_property
    def package(self) -> Path:
        """The outermost package that the file is in, else its folder."""
        folder = Path(self.path).parent
        while (folder / "__init__.py").exists() and (folder.parent / "__init__.py").exists():
            folder = folder.parent
        return folder

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths of the project's files, the file itself first, then its neighbours."""
        found: dict[str, None] = {self.path: None}
        for folder in dict.fromkeys((Path(self.path).parent, self.package, self.root)):
            for path in python_files(folder, MOST_FOLDERS):
                if len(found) >= MOST_FILES:
                    return tuple(found)
                found.setdefault(str(path))
        return tuple(found)

    def mentioning(self, name: str) -> Iterator[SourceFile]:
        """Yield the files in which a word occurs, parsed, in the order of `files`."""
        word = re.compile(rf"\b{re.escape(name)}\b")
        for path in self.files:
            if word.search(self._text(path)) and (source := self.sources.file(path)) is not None:
                yield source

    def _text(self, path: str) -> str:
        if path not in self._texts:
            text = self.sources.replaced.get(path, "")
            try:
                if not text and os.path.getsize(path) <= MOST_TEXT:
                    text = read_source(Path(path))
            except (OSError, SyntaxError):
                text = ""
            self._texts[path] = text
        return self._texts[path]


def module_name(path: str) -> tuple[str, str]:
    """Return the name by which a file is imported, and the folder that has to be on `sys.path` for it."""
    file = Path(os.path.abspath(path))
    parts = [] if file.stem == "__init__" else [file.stem]
    folder = file.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts), str(folder)


def import_folders(path: str) -> list[str]:
    """Return the folders from which a project's files are imported once it is installed, or run from its root."""
    root = Project(path).root
    folders = [module_name(path)[1], str(root), str(root / "src")]
    return [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]
