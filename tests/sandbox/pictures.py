"""What a folder looks like, for before and after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from axiswise.sandbox import Outcome

Run = Callable[..., Outcome]


def picture(folder: Path) -> dict[str, Any]:
    """Everything there is to see of a folder."""
    seen: dict[str, Any] = {}
    for path in [folder, *folder.rglob("*")]:
        found = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        seen[str(path.relative_to(folder))] = (found.st_mode, found.st_mtime_ns, found.st_ino, found.st_nlink, content)
    return seen
