"""The audit hook: what slips past the overlay, reaches for the network or starts a program is refused and written down.

Python raises an audit event before each such act, from whichever module. The hook cannot be taken out again.
"""

from __future__ import annotations

import os
import posix
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

from axiswise.sandbox import callsite, paths
from axiswise.sandbox.overlay import Overlay, real_link

MOST_REFUSALS = 100
"""Refusals written down; more are refused silently."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    # event: (verb, how many of its first arguments are paths, whether links are followed)
    "os.remove": ("delete", 1, False),
    "os.rmdir": ("delete", 1, False),
    "os.mkdir": ("create", 1, False),
    "os.rename": ("rename", 2, False),
    "os.link": ("link", 2, False),
    "os.chmod": ("change the mode of", 1, True),
    "os.chown": ("change the owner of", 1, True),
    "os.chflags": ("change the flags of", 1, True),
    "os.utime": ("change the times of", 1, True),
    "os.truncate": ("truncate", 1, True),
    "os.setxattr": ("change the attributes of", 1, True),
    "os.removexattr": ("change the attributes of", 1, True),
}
_ALWAYS: dict[str, Callable[[tuple[Any, ...]], str]] = {
    "subprocess.Popen": lambda args: f"start {_word(args[1])}",
    "os.system": lambda args: f"start {_word(args[0])}",
    "os.exec": lambda args: f"become {_word(args[0])}",
    "os.posix_spawn": lambda args: f"start {_word(args[0])}",
    "os.spawn": lambda args: f"start {_word(args[1])}",
    "os.fork": lambda _args: "start a process",
    "os.forkpty": lambda _args: "start a process",
    "pty.spawn": lambda args: f"start {_word(args[0])}",
    "webbrowser.open": lambda args: f"open {_word(args[0])} in a browser",
    "urllib.Request": lambda args: f"fetch {_word(args[0])}",
    "socket.connect": lambda args: f"open a socket to {_address(args[1])}",
    "socket.bind": lambda args: f"listen at {_address(args[1])}",
    "socket.sendto": lambda args: f"send to {_address(args[1])}",
    "socket.sendmsg": lambda args: f"send to {_address(args[1])}",
    "socket.getaddrinfo": lambda args: f"reach {_address(args)}",
    "socket.gethostbyname": lambda args: f"look up {_word(args[0])}",
    "socket.gethostbyaddr": lambda args: f"look up {_word(args[0])}",
    "socket.getnameinfo": lambda args: f"look up {_address(args[0])}",
    "socket.sethostname": lambda _args: "change the host's name",
    "syslog.syslog": lambda _args: "write to the system log",
    "syslog.openlog": lambda _args: "write to the system log",
}
# fmt: off
_FOREIGN = frozenset(
    {
        "fork", "vfork", "clone", "execv", "execve", "execvp", "execvpe", "execl", "execlp", "system", "popen",
        "posix_spawn", "posix_spawnp", "socket", "connect", "bind", "sendto", "sendmsg", "kill", "killpg",
        "tgkill", "tkill", "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2", "mkdir", "mkdirat",
        "creat", "open", "open64", "openat", "fopen", "fopen64", "freopen", "chmod", "fchmod", "fchmodat",
        "chown", "lchown", "fchown", "fchownat", "truncate", "ftruncate", "utime", "utimes", "utimensat",
        "link", "linkat", "symlink", "symlinkat", "mount", "umount", "umount2", "reboot", "chroot", "setns",
        "unshare", "ptrace", "syscall",
    }
)
# fmt: on
"""C functions that no program needs by way of ctypes, and that would go round everything here."""


class Barrier:
    """Refuses what would leave the sandbox.

    Args:
        overlay: Says which folder may be written.
        noted: Called with the words for each new refusal.
    """

    def __init__(self, overlay: Overlay, noted: Callable[[str], None]) -> None:
        self._overlay = overlay
        self._noted = noted
        self._seen: set[str] = set()
        self._checks: dict[str, Callable[[tuple[Any, ...]], None]] = {
            event: self._always(words) for event, words in _ALWAYS.items()
        }
        self._checks |= {event: self._path_change(*how) for event, how in _CHANGES.items()}
        self._checks |= {
            "open": self._opened,
            "os.symlink": lambda args: self._within("create", args[1], False),
            "sqlite3.connect": self._database,
            "os.kill": self._killed,
            "os.killpg": self._killed,
            "ctypes.dlsym": self._foreign,
            "ctypes.dlsym/handle": self._foreign,
            "resource.setrlimit": lambda args: self._limited(args[0], args[1]),
            "resource.prlimit": lambda args: self._limited(args[1], args[2]),
        }

    def install(self) -> None:
        """Put the hook in place, for the rest of the process."""
        checks = self._checks

        def hook(event: str, args: tuple[Any, ...]) -> None:
            check = checks.get(event)
            if check is not None:
                check(args)

        sys.addaudithook(hook)

    def refuse(self, act: str) -> None:
        """Refuse an act, and write it down where it is the program's: what a library tries as it is imported is not.

        Raises:
            PermissionError: Always.
        """
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        where = callsite.of_frame(frame, self._overlay.cwd)
        words = f"the program tried to {act}" + (f" ({where})" if where else "")
        if not callsite.is_importing(frame) and words not in self._seen and len(self._seen) < MOST_REFUSALS:
            self._seen.add(words)
            self._noted(words)
        raise PermissionError(f"axiswise's sandbox does not let the program {act}")

    def _always(self, words: Callable[[tuple[Any, ...]], str]) -> Callable[[tuple[Any, ...]], None]:
        return lambda args: self.refuse(words(args))

    def _path_change(self, verb: str, count: int, follow: bool) -> Callable[[tuple[Any, ...]], None]:
        def check(args: tuple[Any, ...]) -> None:
            for path in args[:count]:
                self._within(verb, path, follow)

        return check

    def _opened(self, args: tuple[Any, ...]) -> None:
        path, _mode, flags = args
        if not isinstance(path, int) and isinstance(flags, int) and flags & _WRITING:
            self._within("write to", path, True)

    def _within(self, verb: str, path: Any, follow: bool) -> None:
        scratch = self._overlay.scratch
        if isinstance(path, int):
            # A number gives no right to write that opening did not, but mode and times can be changed through it.
            place = real_link(f"/proc/self/fd/{path}") or ""
            if not place.startswith("/") or place.startswith((scratch + "/", "/memfd:")):
                return
        else:
            place = paths.canonical(os.fsdecode(path), _real_cwd(), real_link, follow)
            if place == scratch or place.startswith(scratch + "/") or paths.harmless(place, real_link, scratch):
                return
        self.refuse(f"{verb} {place}")

    def _database(self, args: tuple[Any, ...]) -> None:
        name = os.fsdecode(args[0])
        if name and not name.startswith(":memory:") and "mode=memory" not in name:
            self._within("open the database", name.removeprefix("file:").partition("?")[0], True)

    def _killed(self, args: tuple[Any, ...]) -> None:
        process, number = args
        if number != 0 and process not in (0, os.getpid(), os.getpgrp()):
            self.refuse(f"send {_signal(number)} to process {process}")

    def _foreign(self, args: tuple[Any, ...]) -> None:
        name = args[1]
        if isinstance(name, str) and name in _FOREIGN:
            self.refuse(f"call the C function {name}")

    def _limited(self, what: int, limits: Any) -> None:
        _, hard = resource.getrlimit(what)
        wanted = max((limit if limit >= 0 else float("inf")) for limit in limits)
        if hard >= 0 and wanted > hard:
            self.refuse("raise its own limits")


def _real_cwd() -> str:
    try:
        return posix.getcwd()
    except FileNotFoundError:
        return "/"


def _word(value: Any) -> str:
    if isinstance(value, (list, tuple)) and value:
        return _word(value[0])  # pyright: ignore[reportUnknownArgumentType]
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else f"{value}"
    return text if len(text) <= 120 else text[:119] + "…"


def _address(value: Any) -> str:
    if isinstance(value, tuple):
        return ":".join(str(part) for part in value[:2] if part is not None)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return _word(value)


def _signal(number: int) -> str:
    return signal.Signals(number).name if number in {int(known) for known in signal.Signals} else f"signal {number}"
