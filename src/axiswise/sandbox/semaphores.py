"""Multiprocessing's locks for a program that can have no second process.

The real ones are named objects of the whole machine, which a contained program may not make. Loggers and counters that
merely want a lock get one that works between threads.
"""

from __future__ import annotations

import sys
import threading

_RECURSIVE = 0


class SemLock:
    """Stands in for `_multiprocessing.SemLock`, with its arguments and its errors."""

    SEM_VALUE_MAX = (1 << 31) - 1

    def __init__(self, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> None:
        self.kind = kind
        self.maxvalue = maxvalue
        self.handle = 0
        self.name = None
        self._value = value
        self._held = 0
        self._owner = 0
        self._changed = threading.Condition()

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        if self.kind == _RECURSIVE and self._is_mine():
            self._held += 1
            return True
        with self._changed:
            if not self._changed.wait_for(lambda: self._value > 0, timeout if block else 0):
                return False
            self._value -= 1
            self._held += 1
            self._owner = threading.get_ident()
            return True

    def release(self) -> None:
        if self.kind == _RECURSIVE:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self._held > 1:
                self._held -= 1
                return
        with self._changed:
            if self._value >= self.maxvalue:
                raise ValueError("semaphore or lock released too many times")
            self._held -= 1
            self._value += 1
            self._changed.notify()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _is_mine(self) -> bool:
        return self._held > 0 and self._owner == threading.get_ident()

    def _count(self) -> int:
        return self._held

    def _get_value(self) -> int:
        return self._value

    def _is_zero(self) -> bool:
        return self._value == 0

    def _after_fork(self) -> None:
        """Do nothing: there are no forks."""


def install() -> None:
    """Put the stand-in in place of the machine's semaphores."""
    try:
        import _multiprocessing
    except ImportError:  # Python can be built without it
        return
    _multiprocessing.SemLock = SemLock
    if synchronize := sys.modules.get("multiprocessing.synchronize"):
        vars(synchronize)["SEM_VALUE_MAX"] = SemLock.SEM_VALUE_MAX
