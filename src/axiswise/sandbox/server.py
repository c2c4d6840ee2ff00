"""The warm process: imports what every job needs, then forks a child for each.

Started by `axiswise.sandbox.Sandbox` with two pipes as standard input and output. Messages in: `job`, `cancel`; out:
`ready` or `failed`, then `done` for each job. When the pipe in ends, so does the server, with all its children.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import resource
import selectors
import shutil
import signal
import sys
import time
import traceback
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from axiswise.sandbox import callsite, child, framing
from axiswise.sandbox.capture import Capture
from axiswise.sandbox.child import Order, Report

_GRACE = 0.1
"""Seconds a child gets to write down its stack before it is killed."""
_PIECE = 1 << 16
_SUBREAPER = 36
_WATCH = 0.5
"""Longest sleep in seconds: a lost signal must not mean a hang."""


@dataclass(slots=True)
class Running:
    """A child at work."""

    id: int
    pid: int
    order: Order
    report: Report
    stdout: Capture
    stderr: Capture
    started: float
    deadline: float
    ending: str = ""


class Server:
    """The loop between the parent's pipe and the children's.

    Args:
        source, sink: File descriptors of the two pipes.
    """

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink
        self._unpacker = framing.Unpacker()
        self._selector = selectors.DefaultSelector()
        self._running: dict[int, Running] = {}
        self._own = _children()
        self._alarm = _pipe()
        os.set_blocking(self._alarm[1], False)

    def serve(self) -> None:
        """Work until the parent closes its end."""
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._alarm[1], warn_on_full_buffer=False)
        self._selector.register(self._source, selectors.EVENT_READ)
        self._selector.register(self._alarm[0], selectors.EVENT_READ)
        try:
            while self._turn():
                pass
        finally:
            for running in list(self._running.values()):
                self._kill(running, "the sandbox was closed")
                self._finish(running, os.wait4(running.pid, 0), tell=False)

    def _turn(self) -> bool:
        now = time.monotonic()
        nearest = min((running.deadline - now for running in self._running.values()), default=_WATCH)
        for key, _ in self._selector.select(max(0.0, min(nearest, _WATCH))):
            if key.fd == self._source:
                data = os.read(self._source, _PIECE)
                if not data:
                    return False
                for header, body in self._unpacker.feed(data):
                    self._handle(header, body)
            elif key.fd == self._alarm[0]:
                with suppress(BlockingIOError):
                    os.read(self._alarm[0], _PIECE)
            elif isinstance(key.data, Capture) and not key.data.take():
                with suppress(KeyError):
                    self._selector.unregister(key.fd)
        for running in list(self._running.values()):
            self._look_after(running)
        return True

    def _handle(self, header: dict[str, Any], body: bytes) -> None:
        if header["kind"] == "job":
            self._start(header["id"], Order(payload=json.loads(body), **header["order"]))
        elif (running := self._running.get(header["id"])) is not None:
            self._kill(running, "cancelled")

    def _look_after(self, running: Running) -> None:
        ended = os.wait4(running.pid, os.WNOHANG)
        if ended[0]:
            self._finish(running, ended)
        elif time.monotonic() >= running.deadline:
            if running.ending:
                self._kill(running, running.ending)
            else:
                running.ending = "timeout"
                running.deadline = time.monotonic() + _GRACE
                os.kill(running.pid, child.STACK_SIGNAL)

    def _start(self, number: int, order: Order) -> None:
        try:
            os.mkdir(order.scratch, 0o700)
            report = Report()
        except (OSError, MemoryError) as error:
            return self._tell(number, "killed", f"the job could not be started: {error}")
        out, err = _pipe(), _pipe()
        try:
            with warnings.catch_warnings():
                # Python warns of threads in the parent; those of a warm framework are idle, and its locks free.
                warnings.simplefilter("ignore", DeprecationWarning)
                pid = os.fork()
        except OSError as error:
            for end in (*out, *err):
                os.close(end)
            report.close()
            os.rmdir(order.scratch)
            return self._tell(number, "killed", f"the job could not be started: {error}")
        if pid == 0:
            self._selector.close()
            for fd in (self._source, self._sink, *self._alarm, out[0], err[0]):
                os.close(fd)
            for other in self._running.values():
                os.close(other.stdout.fd)
                os.close(other.stderr.fd)
                other.report.close()
            child.live(order, report, out[1], err[1])
        os.close(out[1])
        os.close(err[1])
        now = time.monotonic()
        running = Running(number, pid, order, report, Capture(out[0]), Capture(err[0]), now, now + order.seconds)
        for capture in (running.stdout, running.stderr):
            self._selector.register(capture.fd, selectors.EVENT_READ, capture)
        self._running[number] = running
        return None

    def _kill(self, running: Running, ending: str) -> None:
        running.ending = ending
        running.deadline = time.monotonic() + _WATCH
        for kill in (os.kill, os.killpg):
            with suppress(ProcessLookupError, PermissionError):
                kill(running.pid, signal.SIGKILL)

    def _finish(self, running: Running, ended: tuple[int, int, resource.struct_rusage], tell: bool = True) -> None:
        seconds = time.monotonic() - running.started
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, signal.SIGKILL)
        del self._running[running.id]
        self._sweep()
        for capture in (running.stdout, running.stderr):
            while capture.take():
                pass
            with suppress(KeyError):
                self._selector.unregister(capture.fd)
            os.close(capture.fd)
        notes = running.report.read()
        result = running.report.results.get() or b""
        running.report.close()
        how, detail = _verdict(running, notes, ended[1], ended[2])
        _remove(running.order.scratch)
        if tell:
            texts = {"stdout": running.stdout.text(), "stderr": running.stderr.text()}
            more = {"seconds": seconds, "refused": notes.get("refused", ()), "barriers": notes.get("barriers", ())}
            self._tell(running.id, how, detail, result, **texts, **more)

    def _tell(self, number: int, ended: str, detail: str, result: bytes = b"", **more: Any) -> None:
        header = {"kind": "done", "id": number, "ended": ended, "detail": detail, **more}
        write(self._sink, framing.pack(header, result))

    def _sweep(self) -> None:
        """End what a child left behind: its orphans are handed to this process."""
        known = {running.pid for running in self._running.values()} | self._own
        while strays := _children() - known:
            for pid in strays:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def _verdict(running: Running, notes: dict[str, Any], status: int, used: resource.struct_rusage) -> tuple[str, str]:
    """Say how a child ended, from what it wrote down, what was done to it and what the kernel says, in this order."""
    if notes.get("ended"):
        return notes["ended"], notes["detail"]
    code = os.waitstatus_to_exitcode(status)
    processor = used.ru_utime + used.ru_stime
    stopped = code in (-signal.SIGKILL, -signal.SIGXCPU) and processor >= 2 * running.order.seconds
    if running.ending == "timeout" or stopped:
        line = callsite.of_dump(_stack(running.order.scratch), running.order.cwd)
        return "timeout", f"still running after {running.order.seconds:g} s" + (f", at {line}" if line else "")
    if running.ending:
        return "killed", running.ending
    if code < 0:
        known = {int(number): number.name for number in signal.Signals}
        return "killed", f"killed by {known.get(-code, f'signal {-code}')}"
    return "exited", f"exit status {code}"


def _stack(scratch: str) -> str:
    try:
        with open(f"{scratch}/stack", encoding="utf-8", errors="replace") as dump:
            return dump.read(1 << 16)
    except OSError:
        return ""


def _remove(scratch: str) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    if os.path.lexists(scratch):
        # A program may take away its own right to look into a folder; the owner can take it back.
        for folder, folders, _ in os.walk(scratch):
            for name in folders:
                with suppress(OSError):
                    os.chmod(os.path.join(folder, name), 0o700, follow_symlinks=False)
        shutil.rmtree(scratch, ignore_errors=True)


def _children() -> set[int]:
    found: set[int] = set()
    for thread in os.listdir("/proc/self/task") if sys.platform == "linux" else ():
        with suppress(OSError), open(f"/proc/self/task/{thread}/children") as pids:
            found |= {int(pid) for pid in pids.read().split()}
    return found


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    return reading, writing


def write(fd: int, data: bytes) -> None:
    """Write all of it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def preload(names: list[str]) -> None:
    """Import each `package.module`; call each `package.module:function`."""
    for name in names:
        module, _, function = name.partition(":")
        loaded = importlib.import_module(module)
        if function:
            getattr(loaded, function)()


def main(folder: str, names: list[str]) -> None:
    """Serve the parent at the other end of standard input and output.

    Args:
        folder: Holds the children's scratch folders; deleted at the end, for the parent may be gone by then.
        names: What to import first.
    """
    try:
        _main(names)
    finally:
        _remove(folder)


def _main(names: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = os.dup(0), os.dup(1)
    # What a library prints while it is imported goes where errors go, and nothing it reads is ours.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, ctypes.c_ulong(1))
    try:
        preload(names)
    except BaseException as error:
        traceback.print_exc()
        write(sink, framing.pack({"kind": "failed", "reason": "".join(traceback.format_exception_only(error)).strip()}))
        sys.exit(1)
    gc.collect()
    gc.freeze()
    write(sink, framing.pack({"kind": "ready"}))
    Server(source, sink).serve()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
