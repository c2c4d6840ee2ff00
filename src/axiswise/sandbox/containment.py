"""Everything that keeps a program in, put together in the right order."""

from __future__ import annotations

import _posixsubprocess  # the one way to start a program that Python does not audit
import os
import posix
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from axiswise.sandbox import environment, filesystem, landlock, semaphores
from axiswise.sandbox.barrier import Barrier
from axiswise.sandbox.overlay import Overlay

try:
    import sqlite3
except ImportError:  # Python can be built without it
    sqlite3 = None

_filesystem: filesystem.Filesystem | None = None


def contain(scratch: str, noted: Callable[[str], None]) -> tuple[str, ...]:
    """Keep this process from changing anything but `scratch`, using the network or starting programs.

    Ordinary programs go on as usual: what they write, delete or rename happens in a copy that they see and nobody else.
    Call it with one thread running; there is no way back.

    Args:
        scratch: An existing empty folder, absolute and without links.
        noted: Called with the words for each thing that was refused.

    Returns:
        What is in force: `overlay`, `audit` and, where the kernel has it, `landlock-N`.
    """
    global _filesystem
    os.environ.update(environment.SETTINGS)
    os.environ["TMPDIR"] = tempfile.tempdir = f"{scratch}/tmp"
    sys.dont_write_bytecode = True
    # /dev is the kernel's, but /dev/shm is not, and needs a place to be mirrored in.
    for folder in ("files", "files/dev", "tmp"):
        posix.mkdir(f"{scratch}/{folder}")
    version = landlock.restrict(scratch)
    overlay = Overlay(scratch, posix.getcwd())
    barrier = Barrier(overlay, noted)
    _filesystem = filesystem.install(overlay)
    _forbid(barrier, _posixsubprocess, "fork_exec", "start a program")
    for name in ("mknod", "chroot", "setns", "unshare"):
        if hasattr(os, name):
            _forbid(barrier, os, name, f"call os.{name}")
    _redirect_databases(_filesystem)
    semaphores.install()
    barrier.install()
    return ("overlay", "audit", *([f"landlock-{version}"] if version else []))


def native_path(path: str | os.PathLike[str], write: bool = False) -> str:
    """Return the real path for a library that opens files by itself, without Python's `open`.

    Args:
        path: The path as the program knows it.
        write: Whether the library will write: the place is made ready, the old content kept.

    Returns:
        The path itself outside of a sandbox.
    """
    return os.fspath(path) if _filesystem is None else _filesystem.native(path, write)


def _forbid(barrier: Barrier, module: Any, name: str, act: str) -> None:
    def refused(*_args: object, **_options: object) -> None:
        barrier.refuse(act)

    setattr(module, name, refused)


def _redirect_databases(files: filesystem.Filesystem) -> None:
    if sqlite3 is None:
        return
    original = sqlite3.connect

    def connect(database: Any, *rest: Any, **options: Any) -> Any:
        name = os.fsdecode(database)
        if name and not name.startswith((":memory:", "file:")):
            database = files.native(name, True)
        return original(database, *rest, **options)

    for module in (sqlite3, sys.modules["sqlite3.dbapi2"]):
        vars(module)["connect"] = connect
