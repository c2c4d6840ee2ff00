"""The file system as a contained program sees it: the real one below, what the program changed on top.

Every changed file lives under the scratch folder at the same path; what was deleted is remembered by name. All methods
take and return absolute canonical paths (see `paths.canonical`). The module `posix` holds the true functions: only the
names in `os` are ever replaced.
"""

from __future__ import annotations

import errno
import os
import posix
import stat
import threading

from axiswise.sandbox import paths

_PIECE = 1 << 20


class Overlay:
    """A copy-on-write view of the file system.

    Args:
        scratch: Folder for everything that is written; itself seen as it is.
        cwd: Working directory at the start.

    Attributes:
        cwd: Working directory as the program knows it.
        moved: Whether the process itself stands somewhere else.
        lock: To be held by whoever changes something.
    """

    def __init__(self, scratch: str, cwd: str) -> None:
        self.scratch = scratch
        self.cwd = cwd
        self.moved = False
        self.lock = threading.RLock()
        self._files = scratch + "/files"
        self._hidden: set[str] = set()
        self._touched = False

    @property
    def pristine(self) -> bool:
        """Whether the view still equals the real file system, so that reading needs no redirection."""
        return not (self._touched or self.moved)

    def canonical(self, path: str, follow: bool = True) -> str:
        """Resolve a path as the program means it: against its own working directory, through its own links."""
        try:
            return paths.canonical(
                path, self.cwd, self._link, follow, lambda folder: posix.stat(self.place(folder) + "/.")
            )
        except OSError as error:
            error.filename = path
            raise

    def seen(self, place: str) -> str:
        """Return the path under which the program knows a real place."""
        return place[len(self._files) :] or "/" if self._is_upper(place) else place

    def place(self, path: str) -> str:
        """Return where the path really is, for reading. Where nothing is visible, the place does not exist."""
        if self.is_raw(path) or not self._touched:
            return path
        upper = self._upper(path)
        return upper if self._is_hidden(path) or _lstat(upper) else path

    def is_raw(self, path: str) -> bool:
        """Say whether a path is never redirected: inside the scratch folder, or the kernel's."""
        return path == self.scratch or path.startswith(self.scratch + "/") or paths.of_kernel(path)

    def kind(self, path: str) -> int:
        """Return the file type (`stat.S_IFMT`) of what is visible there, 0 for nothing."""
        found = _lstat(self.place(path))
        return stat.S_IFMT(found.st_mode) if found else 0

    def names(self, path: str) -> list[str]:
        """List a directory: what was added, and what is below and not deleted.

        Raises:
            OSError: It is missing or no directory.
        """
        place = self.place(path)
        names = posix.listdir(place)
        if place == path or not self._has_lower(path):
            return [name for name in names if not self._hidden or not self._gone(path, name)]
        known = set(names)
        prefix = path.rstrip("/") + "/"
        return names + [name for name in posix.listdir(path) if name not in known and prefix + name not in self._hidden]

    def writable(self, path: str, keep: bool = True) -> str:
        """Return a place where an existing file or directory may be changed; `keep` asks for its content too.

        Raises:
            OSError: Nothing is visible there, or it is too special to be copied.
        """
        if self.is_raw(path):
            return path
        upper = self._upper(path)
        if not _lstat(upper):
            # Where nothing is visible, the kernel's own error says why.
            posix.lstat(self.place(path))
            self._copy(path, upper, keep)
        return upper

    def entry(self, path: str) -> str:
        """Return a place where something may be created, its folder made ready.

        Raises:
            FileNotFoundError, NotADirectoryError: The folder is not there to the program either.
        """
        if self.is_raw(path):
            return path
        self._reach(path)
        self.writable(os.path.dirname(path))
        self._touched = True
        return self._upper(path)

    def absent(self, path: str) -> None:
        """Raise FileExistsError where something is visible."""
        if self.kind(path):
            raise _error(errno.EEXIST, path)

    def remove(self, path: str) -> None:
        """Delete a file or a link."""
        self._reach(path)
        kind = self.kind(path)
        if not kind or kind == stat.S_IFDIR:
            raise _error(errno.EISDIR if kind else errno.ENOENT, path)
        place = self.place(path)
        if place != path or self.is_raw(path):
            posix.unlink(place)
        self._hide(path)

    def remove_folder(self, path: str) -> None:
        """Delete an empty directory."""
        self._reach(path)
        kind = self.kind(path)
        if kind != stat.S_IFDIR:
            raise _error(errno.ENOTDIR if kind else errno.ENOENT, path)
        if self.names(path):
            raise _error(errno.ENOTEMPTY, path)
        place = self.place(path)
        if place != path or self.is_raw(path):
            posix.rmdir(place)
        self._hide(path)

    def rename(self, old: str, new: str) -> None:
        """Move a file or a directory, over a file or an empty directory where there is one."""
        self._reach(old)
        self._reach(new)
        source, target = self.kind(old), self.kind(new)
        if not source:
            raise _error(errno.ENOENT, old, new)
        if target and os.path.samestat(posix.lstat(self.place(old)), posix.lstat(self.place(new))):
            return
        if new.startswith(old + "/"):
            raise _error(errno.EINVAL, old, new)
        if old.startswith(new + "/"):
            raise _error(errno.ENOTEMPTY, old, new)
        place = self.entry(new)
        if target == stat.S_IFDIR and source != stat.S_IFDIR:
            raise _error(errno.EISDIR, old, new)
        if target and source == stat.S_IFDIR:
            self.remove_folder(new)
        elif target:
            self.remove(new)
        posix.rename(self._whole(old), place)
        self._hide(old)

    def _reach(self, path: str) -> None:
        """Raise what the kernel raises first: that the folder of a path is missing, or no folder."""
        kind = self.kind(os.path.dirname(path))
        if kind != stat.S_IFDIR:
            raise _error(errno.ENOTDIR if kind else errno.ENOENT, path)

    def _whole(self, path: str) -> str:
        """Copy a file, or a directory with all that is visible in it; return where it lies."""
        upper = self.writable(path)
        if self.kind(path) == stat.S_IFDIR and not self.is_raw(path):
            for name in self.names(path):
                self._whole(f"{path}/{name}")
        return upper

    def _copy(self, path: str, upper: str, keep: bool) -> None:
        folder = os.path.dirname(path)
        if folder != path:
            self.writable(folder)
        found = posix.lstat(path)
        self._touched = True
        if stat.S_ISLNK(found.st_mode):
            posix.symlink(posix.readlink(path), upper)
            return
        if stat.S_ISDIR(found.st_mode):
            posix.mkdir(upper)
        elif stat.S_ISREG(found.st_mode):
            _copy_content(path if keep else "/dev/null", upper)
        else:
            raise _error(errno.EACCES, path)
        # The owner keeps the right to write: the scratch folder has to stay usable.
        posix.chmod(upper, stat.S_IMODE(found.st_mode) | (0o700 if stat.S_ISDIR(found.st_mode) else 0o600))
        posix.utime(upper, ns=(found.st_atime_ns, found.st_mtime_ns))

    def _upper(self, path: str) -> str:
        return path if self.is_raw(path) else self._files + path.rstrip("/")

    def _is_upper(self, place: str) -> bool:
        return place == self._files or place.startswith(self._files + "/")

    def _link(self, path: str) -> str | None:
        return real_link(self.place(path))

    def _hide(self, path: str) -> None:
        if not self.is_raw(path):
            self._hidden.add(path)
            self._touched = True

    def _is_hidden(self, path: str) -> bool:
        while self._hidden and len(path) > 1:
            if path in self._hidden:
                return True
            path = os.path.dirname(path)
        return False

    def _has_lower(self, path: str) -> bool:
        return not self.is_raw(path) and not self._is_hidden(path) and _lstat(path) is not None

    def _gone(self, folder: str, name: str) -> bool:
        path = f"{folder.rstrip('/')}/{name}"
        return path in self._hidden and not _lstat(self._upper(path))


def real_link(place: str) -> str | None:
    """Return the target of a link in the real file system, or None for what is no link."""
    try:
        return posix.readlink(place)
    except OSError:
        return None


def _lstat(place: str) -> os.stat_result | None:
    try:
        return posix.lstat(place)
    except OSError:
        return None


def _copy_content(source: str, target: str) -> None:
    reading = posix.open(source, posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        writing = posix.open(target, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_CLOEXEC, 0o600)
        try:
            while piece := posix.read(reading, _PIECE):
                rest = memoryview(piece)
                while rest:
                    rest = rest[posix.write(writing, rest) :]
        finally:
            posix.close(writing)
    finally:
        posix.close(reading)


def _error(number: int, path: str, other: str | None = None) -> OSError:
    if other is None:
        return OSError(number, os.strerror(number), path)
    return OSError(number, os.strerror(number), path, None, other)
