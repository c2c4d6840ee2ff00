"""Paths without links: one walk for the real file system and for the overlay's view of it."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable

MOST_LINKS = 40
"""Symbolic links followed in one path before the answer is ELOOP, as in Linux."""

_KERNEL = re.compile(r"/(proc|sys|dev(?!/shm(/|$)))(/|$)")
_DEVICES = frozenset({"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"})
_OPEN_FILE = re.compile(r"/dev/(stdout|stderr|fd/\d+)|/proc/(self|thread-self)/fd/\d+")


def of_kernel(path: str) -> bool:
    """Say whether a path belongs to the kernel's own trees (/proc, /sys, /dev), which are never redirected."""
    return _KERNEL.match(path) is not None


def canonical(
    path: str,
    cwd: str,
    readlink: Callable[[str], str | None],
    follow: bool,
    enter: Callable[[str], object] | None = None,
) -> str:
    """Return the absolute path with `.`, `..` and links resolved, the last part's link only where `follow` is set.

    Args:
        path: Absolute, or relative to `cwd`.
        cwd: An absolute path.
        readlink: Gives a link's target, or None for what is no link.
        follow: Whether a link in the last place is followed too.
        enter: Asked before `..` leaves a folder; raises where it is none.

    Raises:
        OSError: ELOOP, more than 40 links.
    """
    pending = [part for part in reversed(os.path.join(cwd, path).split("/")) if part not in ("", ".")]
    result = ""
    links = 0
    while pending:
        part = pending.pop()
        if part == "..":
            if enter is not None:
                enter(result or "/")
            result = result.rpartition("/")[0]
            continue
        here = f"{result}/{part}"
        if of_kernel(here):
            return os.path.normpath("/".join([here, *reversed(pending)]))
        target = readlink(here) if pending or follow else None
        if target is None:
            result = here
            continue
        links += 1
        if links > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        if target.startswith("/"):
            result = ""
        pending.extend(part for part in reversed(target.split("/")) if part not in ("", "."))
    return result or "/"


def harmless(path: str, readlink: Callable[[str], str | None], scratch: str) -> bool:
    """Say whether writing to one of the kernel's paths changes nothing: the null device, or a pipe that is open."""
    if path in _DEVICES:
        return True
    if not _OPEN_FILE.fullmatch(path):
        return False
    number = {"/dev/stdout": "1", "/dev/stderr": "2"}.get(path) or path.rpartition("/")[2]
    target = readlink(f"/proc/self/fd/{number}") or ""
    return target.startswith(("pipe:", "socket:", scratch + "/")) or target in _DEVICES
