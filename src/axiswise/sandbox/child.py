"""The life of one child: limits, containment, the call, the report."""

from __future__ import annotations

import ctypes
import faulthandler
import importlib
import io
import json
import os
import posix
import resource
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

from axiswise.sandbox import delivery
from axiswise.sandbox.containment import contain
from axiswise.sandbox.mailbox import Mailbox

LARGEST_RESULT = 64 << 20
LARGEST_NOTES = 1 << 18
LARGEST_FILE = 4 << 30
STACK_SIGNAL = signal.SIGXCPU
"""Makes a child write down where it is. The kernel sends it too, when the processor time is used up."""

_LAST_RESERVE = 256 << 20
_DIE_WITH_PARENT = 1
_OUT_OF_MEMORY = ("can't allocate memory", "Cannot allocate memory", "std::bad_alloc")


@dataclass(slots=True)
class Report:
    """What the child says about itself; the server reads it when the child is gone."""

    results: Mailbox = field(default_factory=lambda: Mailbox(LARGEST_RESULT))
    notes: Mailbox = field(default_factory=lambda: Mailbox(LARGEST_NOTES))
    ended: str = ""
    detail: str = ""
    refused: list[str] = field(default_factory=list[str])
    barriers: tuple[str, ...] = ()

    def refuse(self, words: str) -> None:
        self.refused.append(words[:500])
        self.note()

    def end(self, ended: str, detail: str) -> None:
        self.ended, self.detail = ended, detail[:4000]
        self.note()

    def note(self) -> None:
        notes = {"ended": self.ended, "detail": self.detail, "refused": self.refused, "barriers": self.barriers}
        self.notes.put(json.dumps(notes).encode("ascii"))

    def read(self) -> dict[str, Any]:
        """Return the notes; the child is not trusted to have left them whole."""
        try:
            notes = json.loads(self.notes.get() or b"{}")
        except (ValueError, RecursionError):
            return {}
        return cast("dict[str, Any]", notes) if isinstance(notes, dict) else {}

    def close(self) -> None:
        self.results.close()
        self.notes.close()


@dataclass(frozen=True, slots=True)
class Order:
    """A job as the child gets it: `memory` is address space beyond what is mapped, `scratch` an empty folder."""

    function: str
    payload: Mapping[str, Any]
    cwd: str
    seconds: float
    memory: int
    scratch: str


def live(order: Order, report: Report, stdout: int, stderr: int) -> NoReturn:
    """Run a job in this freshly forked process and leave it without cleaning up."""
    status = 70
    try:
        _settle(stdout, stderr)
        _limit(order.seconds, order.memory)
        posix.chdir(order.cwd)
        # Opened before the barriers, and never closed: faulthandler keeps the number.
        stack = posix.open(f"{order.scratch}/stack", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        faulthandler.register(STACK_SIGNAL, file=stack, all_threads=False)
        report.barriers = contain(order.scratch, report.refuse)
        report.note()
        delivery.open_to(report.results)
        status = _call(order, report)
        _flush()
    except BaseException:  # nothing may climb back into the server's loop
        _print(traceback.format_exc())
    finally:
        posix._exit(status)  # pyright: ignore[reportPrivateUsage]


def _call(order: Order, report: Report) -> int:
    try:
        module, _, name = order.function.partition(":")
        function = getattr(importlib.import_module(module), name)
        result = function(order.payload)
        if result is not None:
            delivery.deliver(result)
    except SystemExit as leaving:
        code = leaving.code
        if code is None or isinstance(code, int):
            report.end("exited", f"exit status {code or 0}")
        else:
            report.end("exited", f"exit status 1: {code}")
    except BaseException as error:
        _lift_memory_limit()
        lines = traceback.format_exception_only(error)
        # A syntax error shows its place first; all others may have notes after the message.
        text = lines[-1 if isinstance(error, SyntaxError) else 0].strip()
        memory = isinstance(error, MemoryError) or any(phrase in text for phrase in _OUT_OF_MEMORY)
        report.end("memory" if memory else "raised", text)
        # Of an endless recursion the last frames say it all, and a million would take a minute.
        _print(traceback.format_exc(limit=-100))
    else:
        report.end("returned", "")
    return 0


def _settle(stdout: int, stderr: int) -> None:
    """Become a process of its own: session, signals, standard streams, death with the server."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parent = posix.getppid()
    posix.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, ctypes.c_ulong(signal.SIGKILL))
        if posix.getppid() != parent:
            posix._exit(70)  # pyright: ignore[reportPrivateUsage]
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")
    nothing = posix.open("/dev/null", os.O_RDONLY)
    for number, source in enumerate((nothing, stdout, stderr)):
        posix.dup2(source, number)
    for number in (nothing, stdout, stderr):
        posix.close(number)
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        # Line by line, so that a program that is killed has said what it said.
        lines = 1 if number else -1
        stream = io.open(number, mode, lines, "utf-8", "backslashreplace", closefd=False)  # noqa: UP020, SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _limit(seconds: float, memory: int) -> None:
    processor = int(2 * seconds) + 2
    _lower(resource.RLIMIT_CPU, processor, processor + 1)
    _lower(resource.RLIMIT_CORE, 0, 0)
    _lower(resource.RLIMIT_FSIZE, LARGEST_FILE, LARGEST_FILE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    room = mapped() + memory
    _lower(resource.RLIMIT_AS, room, room + _LAST_RESERVE)


def _lower(what: int, soft: int, hard: int) -> None:
    _, most = resource.getrlimit(what)
    if most >= 0:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(what, (soft, hard))


def mapped() -> int:
    """Return the bytes of address space that this process has mapped, or 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[0]) * resource.getpagesize()


def _lift_memory_limit() -> None:
    """Make room to tell about a lack of it."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _print(text: str) -> None:
    _flush()
    with suppress(OSError):
        posix.write(2, text.encode("utf-8", "backslashreplace"))


def _flush() -> None:
    """Flush what the program may have closed, or replaced by something else."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
