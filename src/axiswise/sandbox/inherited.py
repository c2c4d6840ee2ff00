"""A child forked from the caller's own process: for objects that exist there only, and cannot be sent.

The child is bounded and contained as those of the warm server are. What holds for any fork holds here: the caller's
other threads are not there in the child, and a lock that one of them held stays locked; then the child runs into its
time limit, and the outcome says so.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import tempfile
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from axiswise.sandbox import child
from axiswise.sandbox.capture import Capture
from axiswise.sandbox.outcome import Ended, Limits, Outcome, SandboxError

_WATCH = 0.2
"""Longest sleep in seconds between two looks at the child."""


def run_inherited(function: str, payload: Mapping[str, Any], limits: Limits) -> Outcome:
    """Call `package.module:name` with a payload of any objects, in a fork of this process, and wait for it.

    Raises:
        SandboxError: This system cannot fork.
    """
    if not hasattr(os, "fork"):
        raise SandboxError("objects of this process are looked at in a fork of it, which this system does not have")
    with tempfile.TemporaryDirectory(prefix="axiswise-", ignore_cleanup_errors=True) as scratch:
        inside = os.path.join(os.path.realpath(scratch), "child")
        os.mkdir(inside, 0o700)
        order = child.Order(function, payload, os.getcwd(), limits.seconds, limits.memory_bytes, inside)
        return _forked(order)


def _forked(order: child.Order) -> Outcome:
    report = child.Report()
    reading, writing = os.pipe()
    began = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the docstring above says what that means
        pid = os.fork()
    if pid == 0:
        gc.freeze()  # nothing of the caller's is finalised twice
        child.live(order, report, writing, os.dup(writing))
    os.close(writing)
    os.set_blocking(reading, False)
    said = Capture(reading)
    try:
        status, timed_out = _awaited(pid, said, began + order.seconds)
    finally:
        os.close(reading)
    notes, result = report.read(), report.results.get()
    report.close()
    ended, detail = _verdict(notes, status, timed_out, order.seconds)
    told = json.loads(result) if result else None
    return Outcome(told, ended, detail, said.text(), "", time.monotonic() - began, tuple(notes.get("refused", ())))


def _awaited(pid: int, said: Capture, deadline: float) -> tuple[int, bool]:
    """Wait for a child, and end it at its deadline; return its status, and whether it had to be ended."""
    timed_out = has_ended = False
    status = 0
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(said.fd, selectors.EVENT_READ)
            while not has_ended:
                if time.monotonic() >= deadline and not timed_out:
                    timed_out = True
                    _kill(pid)
                if selector.get_map():
                    if selector.select(_WATCH) and not said.take():
                        selector.unregister(said.fd)  # the child has ended, or closed its output
                else:
                    time.sleep(0.01)
                found, status = os.waitpid(pid, os.WNOHANG)
                has_ended = found != 0
    finally:
        if not has_ended:
            _kill(pid)
            os.waitpid(pid, 0)
    return status, timed_out


def _kill(pid: int) -> None:
    for kill in (os.kill, os.killpg):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _verdict(notes: Mapping[str, Any], status: int, timed_out: bool, seconds: float) -> tuple[Ended, str]:
    if notes.get("ended"):
        return notes["ended"], notes["detail"]
    if timed_out:
        return "timeout", f"still running after {seconds:g} s"
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        known = {int(number): number.name for number in signal.Signals}
        return "killed", f"killed by {known.get(-code, f'signal {-code}')}"
    return "exited", f"exit status {code}"
