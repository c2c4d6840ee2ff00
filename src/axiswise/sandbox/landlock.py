"""Linux's own lock on the file system, for what no Python hook sees: native code that writes or starts programs.

Landlock is a security module that any process may use to give up rights, for itself and all that it starts.
"""

from __future__ import annotations

import ctypes
import os
import posix
import sys

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_EXECUTE, _WRITE_FILE = 1 << 0, 1 << 1
_REMOVE_AND_MAKE = 0b1_1111_1111 << 4  # REMOVE_DIR to MAKE_SYM
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_BIND_TCP_AND_CONNECT_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Path(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def restrict(scratch: str) -> int:
    """Let this thread, and all it starts, write beneath `scratch` only, and neither run programs nor use TCP.

    Reading is not limited. Cannot be undone.

    Returns:
        The kernel's version of Landlock, or 0 where there is none and nothing was changed.

    Raises:
        OSError: Landlock is there, and yet refused the rules.
    """
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    if version <= 0:
        return 0
    on_files = _WRITE_FILE | (_TRUNCATE if version >= 3 else 0)
    beneath = on_files | _REMOVE_AND_MAKE | (_REFER if version >= 2 else 0)
    rules = _Ruleset(
        files=beneath | _EXECUTE,
        net=_BIND_TCP_AND_CONNECT_TCP if version >= 4 else 0,
        scoped=_ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
    )
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _checked(libc.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0)))
    try:
        _allow(libc, ruleset, scratch, beneath)
        for device in _DEVICES:
            if os.path.exists(device):
                _allow(libc, ruleset, device, on_files)
        _checked(libc.prctl(_NO_NEW_PRIVILEGES, *(ctypes.c_ulong(value) for value in (1, 0, 0, 0))))
        _checked(libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)))
    finally:
        posix.close(ruleset)
    return version


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    folder = posix.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _Path(allowed=rights, folder=folder)
        _checked(libc.syscall(_ADD_RULE, ruleset, ctypes.c_int(_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0)))
    finally:
        posix.close(folder)


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock: {os.strerror(number)}")
    return answer
