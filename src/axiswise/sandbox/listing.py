"""What `os.scandir` gives where a directory is half real and half overlay."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from typing import Any


class Entry:
    """What `os.scandir` gives for one name."""

    __slots__ = ("_path", "_stat", "name", "path")

    def __init__(self, of: Callable[..., os.stat_result], folder: str, name: str, shown: Any) -> None:
        self._stat = of
        self._path = f"{folder.rstrip('/')}/{name}"
        self.name: Any = os.fsencode(name) if isinstance(shown, bytes) else name
        self.path: Any = self.name if isinstance(shown, int) else os.path.join(shown, self.name)

    def __fspath__(self) -> Any:
        return self.path

    def __repr__(self) -> str:
        return f"<DirEntry {self.name!r}>"

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        return self._stat(self._path, follow_symlinks=follow_symlinks)

    def inode(self) -> int:
        return self.stat(follow_symlinks=False).st_ino

    def is_symlink(self) -> bool:
        return self._is("S_ISLNK", False)

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return self._is("S_ISDIR", follow_symlinks)

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        return self._is("S_ISREG", follow_symlinks)

    def is_junction(self) -> bool:
        return False

    def _is(self, test: str, follow_symlinks: bool) -> bool:
        try:
            return getattr(stat, test)(self.stat(follow_symlinks=follow_symlinks).st_mode)
        except FileNotFoundError:
            return False


class Listing:
    """What `os.scandir` returns: an iterator that can be closed."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries

    def __iter__(self) -> Listing:
        return self

    def __next__(self) -> Entry:
        return next(self._entries)

    def __enter__(self) -> Listing:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._entries = iter(())
