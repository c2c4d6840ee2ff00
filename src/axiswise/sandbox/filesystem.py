"""The functions of `os` and `open`, put on the overlay.

Programs reach files through a few dozen functions. Each is replaced by one that first asks the overlay where the path
really lies, and reports errors under the name that the program used.
"""

from __future__ import annotations

import builtins
import io
import os
import posix
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

from axiswise.sandbox.listing import Entry, Listing
from axiswise.sandbox.overlay import Overlay, real_link

_open = io.open

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_TEMPORARY = getattr(os, "O_TMPFILE", 0)
_READERS = ("stat", "lstat", "access", "readlink", "statvfs", "pathconf", "getxattr", "listxattr")
_CHANGERS = ("chmod", "lchmod", "chown", "lchown", "utime", "truncate", "setxattr", "removexattr", "chflags")
_NOT_FOLLOWING = frozenset({"lstat", "readlink", "lchown", "lchmod"})
_BY_NUMBER = {"fchmod": "chmod", "fchown": "chown"}


class Filesystem:
    """Replacements for the functions that take paths, all with the signatures of the originals."""

    def __init__(self, overlay: Overlay) -> None:
        self.overlay = overlay

    def replacements(self) -> dict[str, Callable[..., Any]]:
        """Return what takes the place of each name in `os`."""
        named = {name: self._reader(name) for name in _READERS if hasattr(posix, name)}
        named |= {name: self._changer(name) for name in _CHANGERS if hasattr(posix, name)}
        named |= {name: self._number_changer(name, by) for name, by in _BY_NUMBER.items() if hasattr(posix, name)}
        named |= {
            name: getattr(self, name) for name in ("open", "listdir", "scandir", "mkdir", "mkfifo", "symlink", "link")
        }
        own = ("open", "listdir", "scandir", "mkdir", "mkfifo", "symlink", "link", "remove", "unlink", "rmdir")
        own += ("rename", "replace", "chdir", "fchdir", "getcwd", "getcwdb")
        return named | {name: getattr(self, name) for name in own}

    # --- opening

    def open_file(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Callable[[str, int], int] | None = None,
    ) -> Any:
        """Stand in for the built-in `open`."""
        rest = (buffering, encoding, errors, newline, closefd)
        flags = _flags(mode)
        if isinstance(file, int) or (self.overlay.pristine and not flags & _WRITING):
            return _open(file, mode, *rest, opener)
        shown = _plain(file)
        if opener is None:
            place = self._named(self._opened, file, file, flags)
            opened: Any = self._named(_open, place, file, mode, *rest)
        else:
            # An opener decides for itself which file it means, often not the one that is named.
            given = opener
            opened = _open(self.overlay.scratch, mode, *rest, lambda _place, bits: given(shown, bits))
        binary = getattr(opened, "buffer", opened)
        getattr(binary, "raw", binary).name = shown
        return opened

    def open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if self.overlay.pristine and not flags & _WRITING:
            return posix.open(path, flags, mode, dir_fd=dir_fd)
        place = self._named(self._opened, path, path, flags, dir_fd)
        return self._named(posix.open, place, path, flags, mode)

    def _opened(self, file: Any, flags: int, dir_fd: int | None = None) -> str:
        overlay = self.overlay
        path = self._path(file, dir_fd, follow=not flags & (os.O_NOFOLLOW | os.O_EXCL))
        if not flags & _WRITING or overlay.is_raw(path):
            return overlay.place(path)
        with overlay.lock:
            found = overlay.kind(path)
            if _TEMPORARY and flags & _TEMPORARY == _TEMPORARY:
                return overlay.writable(path)
            if flags & os.O_CREAT and flags & os.O_EXCL:
                overlay.absent(path)
            if found or not flags & os.O_CREAT:
                return overlay.writable(path, keep=not flags & os.O_TRUNC)
            return overlay.entry(path)

    # --- looking

    def _reader(self, name: str) -> Callable[..., Any]:
        original = getattr(posix, name)
        follows = name not in _NOT_FOLLOWING

        def read(path: Any, *rest: Any, dir_fd: int | None = None, **options: Any) -> Any:
            if dir_fd is not None:
                options["dir_fd"] = dir_fd
            if isinstance(path, int) or self.overlay.pristine or path in ("", b""):
                return original(path, *rest, **options)
            options.pop("dir_fd", None)
            place = self.overlay.place(self._path(path, dir_fd, follows and options.get("follow_symlinks", True)))
            found = self._named(original, place, path, *rest, **options)
            return os.fsencode(found) if name == "readlink" and isinstance(_plain(path), bytes) else found

        return _like(read, original)

    def listdir(self, path: Any = None) -> list[Any]:
        if self.overlay.pristine:
            return posix.listdir(path)  # pyright: ignore[reportUnknownVariableType]
        names = self._named(self.overlay.names, self._folder(path), "." if path is None else path)
        return [os.fsencode(name) for name in names] if isinstance(path, bytes) else names

    def scandir(self, path: Any = None) -> Any:
        if self.overlay.pristine:
            return posix.scandir(path)
        shown = "." if path is None else _plain(path)
        folder = self._folder(path)
        names = self._named(self.overlay.names, folder, shown)
        return Listing(Entry(self.stat, folder, name, shown) for name in names)

    def _folder(self, path: Any) -> str:
        if isinstance(path, int):
            return self._of_number(path) or f"/proc/self/fd/{path}"
        return self._path("." if path is None else path)

    # --- changing

    def _changer(self, name: str) -> Callable[..., Any]:
        original = getattr(posix, name)
        follows = name not in _NOT_FOLLOWING

        def change(path: Any, *rest: Any, dir_fd: int | None = None, **options: Any) -> Any:
            if isinstance(path, int):
                path = self._of_number(path) or path
            if isinstance(path, int):
                return original(path, *rest, **options)
            where = self._path(path, dir_fd, follows and options.get("follow_symlinks", True))
            with self.overlay.lock:
                place = self._named(self.overlay.writable, where, path)
                return self._named(original, place, path, *rest, **options)

        return _like(change, original)

    def _number_changer(self, name: str, by: str) -> Callable[..., Any]:
        original, change = getattr(posix, name), self._changer(by)

        def by_number(fd: int, *rest: Any) -> Any:
            path = self._of_number(fd)
            return original(fd, *rest) if path is None else change(path, *rest)

        return _like(by_number, original)

    def mkdir(self, path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        self._create(posix.mkdir, path, dir_fd, mode)

    def mkfifo(self, path: Any, mode: int = 0o666, *, dir_fd: int | None = None) -> None:
        self._create(posix.mkfifo, path, dir_fd, mode)

    def symlink(self, src: Any, dst: Any, target_is_directory: bool = False, *, dir_fd: int | None = None) -> None:
        def create(place: str) -> None:
            posix.symlink(src, place)

        with _both_named(src, dst):
            self._create(create, dst, dir_fd)

    def link(
        self,
        src: Any,
        dst: Any,
        *,
        src_dir_fd: int | None = None,
        dst_dir_fd: int | None = None,
        follow_symlinks: bool = True,
    ) -> None:
        with self.overlay.lock, _both_named(src, dst):
            # Linux links the link itself, whatever `follow_symlinks` says.
            follow = follow_symlinks and sys.platform != "linux"
            source = self.overlay.writable(self._path(src, src_dir_fd, follow))

            def create(place: str) -> None:
                posix.link(source, place)

            self._create(create, dst, dst_dir_fd)

    def _create(self, function: Callable[..., Any], path: Any, dir_fd: int | None, *rest: Any) -> None:
        def create(where: str) -> None:
            self.overlay.absent(where)
            function(self.overlay.entry(where), *rest)

        with self.overlay.lock:
            self._named(create, self._path(path, dir_fd, follow=False), path)

    def unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        with self.overlay.lock:
            self._named(self.overlay.remove, self._path(path, dir_fd, follow=False), path)

    remove = unlink

    def rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        with self.overlay.lock:
            self._named(self.overlay.remove_folder, self._path(path, dir_fd, follow=False), path)

    def rename(self, src: Any, dst: Any, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None) -> None:
        old, new = self._path(src, src_dir_fd, follow=False), self._path(dst, dst_dir_fd, follow=False)
        with self.overlay.lock, _both_named(src, dst):
            self.overlay.rename(old, new)

    replace = rename

    # --- the working directory

    def chdir(self, path: Any) -> None:
        if isinstance(path, int):
            return self.fchdir(path)
        folder = self._path(path)
        place = self.overlay.place(folder)
        self._named(posix.chdir, place, path)
        self.overlay.cwd, self.overlay.moved = folder, place != folder
        return None

    def fchdir(self, fd: int) -> None:
        posix.fchdir(fd)
        place = posix.getcwd()
        self.overlay.cwd = self.overlay.seen(place)
        self.overlay.moved = self.overlay.cwd != place

    def getcwd(self) -> str:
        return self.overlay.cwd

    def getcwdb(self) -> bytes:
        return os.fsencode(self.overlay.cwd)

    # --- what they share

    def stat(self, path: Any, **options: Any) -> os.stat_result:
        return self._reader("stat")(path, **options)

    def native(self, path: Any, write: bool) -> str:
        """Return the real path of a file for a library that opens files without Python."""
        flags = os.O_RDWR | os.O_CREAT if write else os.O_RDONLY
        return self._named(self._opened, path, path, flags)

    def _path(self, path: Any, dir_fd: int | None = None, follow: bool = True) -> str:
        name = os.fsdecode(path)
        if "\0" in name:
            raise ValueError("embedded null byte")
        if not name:
            # The kernel's own answer to an empty name is ENOENT.
            posix.stat(name)
        if dir_fd is not None and not name.startswith("/"):
            name = f"{self._of_number(dir_fd) or f'/proc/self/fd/{dir_fd}'}/{name}"
        return self.overlay.canonical(name, follow)

    def _of_number(self, fd: int) -> str | None:
        place = real_link(f"/proc/self/fd/{fd}") or ""
        return self.overlay.seen(place) if place.startswith("/") else None

    def _named(self, function: Callable[..., Any], place: Any, shown: Any, *rest: Any, **options: Any) -> Any:
        try:
            return function(place, *rest, **options)
        except OSError as error:
            if error.filename is not None:
                error.filename = shown
            raise


@contextmanager
def _both_named(src: Any, dst: Any) -> Generator[None]:
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = src, dst
        raise


def _plain(path: Any) -> Any:
    return path if isinstance(path, int) else os.fspath(path)  # pyright: ignore[reportUnknownVariableType]


def _flags(mode: str) -> int:
    first = {"w": os.O_CREAT | os.O_TRUNC, "x": os.O_CREAT | os.O_EXCL, "a": os.O_CREAT | os.O_APPEND}
    flags = next((bits | os.O_WRONLY for letter, bits in first.items() if letter in mode), 0)
    return flags | os.O_RDWR if "+" in mode else flags


def _like(function: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = original.__name__
    for known in (os.supports_fd, os.supports_follow_symlinks):
        if original in known:
            known.add(function)
    return function


def install(overlay: Overlay) -> Filesystem:
    """Put the overlay under every module of this process. There is no way back: the process is to be thrown away."""
    filesystem = Filesystem(overlay)
    # Keyed by identity: what a module took with `from os import stat` is found by what it is, not by its name.
    changed = {id(getattr(posix, name)): function for name, function in filesystem.replacements().items()}
    changed[id(_open)] = filesystem.open_file
    for module in sys.modules.copy().values():
        if _replaces(module):
            names = vars(module)
            for name in [name for name, value in names.items() if id(value) in changed]:
                names[name] = changed[id(names[name])]
            if module.__name__ in sys.stdlib_module_names:
                _replace_defaults(module, changed)
    if shutil := sys.modules.get("shutil"):
        vars(shutil)["_use_fd_functions"] = False
    assert builtins.open == filesystem.open_file
    return filesystem


def _replaces(module: object) -> bool:
    if not isinstance(module, ModuleType):
        return False
    name = module.__name__
    return name != "posix" and not name.startswith(("_frozen_importlib", "importlib._bootstrap", "axiswise.sandbox"))


def _replace_defaults(module: ModuleType, changed: dict[int, Callable[..., Any]]) -> None:
    """Reach what the standard library keeps in default arguments, as in `def close(self, unlink=os.unlink)`."""
    classes = [vars(value) for value in vars(module).values() if isinstance(value, type)]
    for names in (vars(module), *classes):
        for function in names.values():
            if isinstance(function, FunctionType) and function.__defaults__:
                function.__defaults__ = tuple(changed.get(id(value), value) for value in function.__defaults__)
