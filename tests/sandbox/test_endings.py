"""However a program ends, it is said how, nothing hangs, and what it delivered is kept."""

from __future__ import annotations

import sys
import time

import pytest

from axiswise.sandbox import Job, Limits, Sandbox, deliver
from axiswise.sandbox.capture import KEPT
from tests.sandbox.pictures import Run

DELIVERED = "from axiswise.sandbox import deliver\ndeliver({'so': 'far'})\n"

ENDINGS = {
    # name: (program, how it ends, what the detail says)
    "exception": ("1 / 0", "raised", "ZeroDivisionError: division by zero"),
    "no words": ("class E(Exception):\n def __str__(self): raise E\nraise E", "raised", "E: <exception str() failed>"),
    "interrupt": ("raise KeyboardInterrupt", "raised", "KeyboardInterrupt"),
    "interrupted by itself": ("import os, time; os.kill(os.getpid(), 2); time.sleep(5)", "raised", "KeyboardInterrupt"),
    "SystemExit": ("raise SystemExit(2)", "exited", "exit status 2"),
    "sys.exit": ("import sys; sys.exit()", "exited", "exit status 0"),
    "sys.exit, text": ("import sys; sys.exit('no data')", "exited", "exit status 1: no data"),
    "os._exit": ("import os; os._exit(3)", "exited", "exit status 3"),
    "os._exit, 0": ("import os; os._exit(0)", "exited", "exit status 0"),
    "os._exit, thread": ("import os, _thread as t\nt.start_new(os._exit, (4,))\nwhile 1: 0", "exited", "exit status 4"),
    "abort": ("import os; os.abort()", "killed", "killed by SIGABRT"),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", "killed", "killed by SIGSEGV"),
    "SIGKILL": ("import os; os.kill(os.getpid(), 9)", "killed", "killed by SIGKILL"),
    "SIGKILL to its group": ("import os; os.kill(0, 9)", "killed", "killed by SIGKILL"),
    "SIGTERM": ("import os; os.kill(os.getpid(), 15)", "killed", "killed by SIGTERM"),
    "input": ("input('name? ')", "raised", "EOFError: EOF when reading a line"),
    "bytearray": ("bytearray(100 << 30)", "memory", "MemoryError"),
    "growing list": ("x = [0]\nwhile True: x += x", "memory", "MemoryError"),
    "deep recursion": ("def f(): f()\nf()", "raised", "RecursionError: maximum recursion depth exceeded"),
    "no JSON": ("result = {1, 2}", "raised", "TypeError: Object of type set is not JSON serializable"),
    "too long a result": ("result = 'x' * (65 << 20)", "raised", "ValueError: "),
    "syntax": ("def", "raised", "SyntaxError: "),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDINGS)
def test_how_it_ended_is_said_and_what_it_delivered_is_kept(run: Run, name: str) -> None:
    program, ended, detail = ENDINGS[name]
    source = program if name == "syntax" else DELIVERED + program
    outcome = run(source, seconds=10, memory_bytes=1 << 30)
    assert outcome.ended == ended
    assert outcome.detail.startswith(detail)
    assert outcome.result == (None if name == "syntax" else {"so": "far"})
    assert outcome.seconds < 9


TIMEOUTS = {
    "loop": "while True: pass",
    "sleep": "import time; time.sleep(60)",
    "stopped": "import os; os.kill(os.getpid(), 19)",
    "deaf": """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException:
        pass
""",
    "locked": "import threading; l = threading.Lock(); l.acquire(); l.acquire()",
    "native": "import hashlib; hashlib.pbkdf2_hmac('sha256', b'x', b'y', 1 << 31 - 1)",
}


@pytest.mark.parametrize("name", TIMEOUTS)
def test_a_program_that_does_not_end_is_ended(run: Run, name: str) -> None:
    outcome = run(DELIVERED + "print('said')\n" + TIMEOUTS[name], seconds=0.4)
    assert outcome.ended == "timeout"
    assert outcome.detail.startswith("still running after 0.4 s")
    assert outcome.result == {"so": "far"}
    assert outcome.stdout == "said\n"
    assert outcome.seconds < 2


def test_the_line_that_was_running_is_named(run: Run) -> None:
    assert run("\n\nwhile True:\n    pass", seconds=0.3).detail in (
        "still running after 0.3 s, at train.py:3",
        "still running after 0.3 s, at train.py:4",
    )


def test_processor_time_is_bounded_too(run: Run) -> None:
    """Threads of native work use more processor time than wall clock; with one core only, the wall clock ends it."""
    outcome = run(
        "import hashlib, threading\n"
        "for _ in range(4):\n"
        "    threading.Thread(target=hashlib.pbkdf2_hmac, args=('sha256', b'x', b'y', 1 << 30)).start()\n"
        "threading.Event().wait()",
        seconds=1,
    )
    assert outcome.ended == "timeout"


def test_a_thousand_threads_are_contained(run: Run) -> None:
    outcome = run("""
import threading
stop = threading.Event()
count = 0
try:
    for _ in range(1000):
        threading.Thread(target=stop.wait, daemon=False).start()
        count += 1
except RuntimeError as error:
    result = str(error)
else:
    result = count
""")
    assert outcome.ended == "returned"
    assert outcome.result in (1000, "can't start new thread")


def test_recursion_without_a_limit_ends_the_child_only(run: Run) -> None:
    outcome = run(
        DELIVERED + "import sys; sys.setrecursionlimit(10**9)\nf = lambda: g()\ng = lambda: max(f(), 1)\nf()",
        memory_bytes=1 << 26,
    )
    assert outcome.ended in ("killed", "memory", "raised")
    assert outcome.result == {"so": "far"}


def test_numpy_sized_allocations_are_contained(run: Run) -> None:
    """What numpy does for `zeros`: an anonymous mapping, by way of calloc."""
    outcome = run("import mmap\ntry:\n    mmap.mmap(-1, 100 << 30)\nexcept OSError as error:\n    result = error.errno")
    assert outcome.result == 12


def test_output_without_end_is_bounded(run: Run) -> None:
    outcome = run("print('start')\nfor _ in range(100):\n    print('x' * (1 << 20))\nprint('end')\nresult = 1")
    assert outcome.ended == "returned"
    assert len(outcome.stdout) < KEPT + 100
    assert outcome.stdout.startswith("start\nxxx")
    assert outcome.stdout.endswith("xxx\nend\n")
    assert " bytes left out]\n" in outcome.stdout


def test_both_streams_are_caught_also_from_below_python(run: Run) -> None:
    outcome = run("import os, sys\nprint('a')\nos.write(1, b'b\\xff')\nprint('c', file=sys.stderr)\nos.write(2, b'd')")
    assert outcome.stdout == "a\nb\\xff"
    assert outcome.stderr == "c\nd"


CLOSING = {
    "closerange": "os.closerange(0, 4096)",
    "one by one": """
for number in map(int, os.listdir('/proc/self/fd')):
    if os.path.exists(f'/proc/self/fd/{number}'):
        os.close(number)
""",
    "python's own": "sys.stdout.close(); sys.stderr.close(); sys.stdout = sys.stderr = None",
}


@pytest.mark.parametrize("name", CLOSING)
def test_closing_every_descriptor_loses_no_result(run: Run, name: str) -> None:
    outcome = run(f"import os, sys\nresult = 'kept'\n{CLOSING[name]}")
    assert (outcome.ended, outcome.result) == ("returned", "kept")


def test_writing_to_every_descriptor_breaks_nothing(run: Run) -> None:
    outcome = run("""
import os
for number in range(3, 64):
    for junk in (b'\\x00' * 64, b'{"kind": "done"}'):
        try:
            os.write(number, junk)
        except OSError:
            pass
result = 'kept'
""")
    assert (outcome.ended, outcome.result) == ("returned", "kept")


def test_the_last_delivery_wins_and_none_takes_nothing_back(run: Run) -> None:
    assert run(DELIVERED + "deliver([1]); deliver([2])").result == [2]
    assert run(DELIVERED + "result = [3]").result == [3]


def test_deliver_does_nothing_outside() -> None:
    before = set(sys.modules)
    deliver({"any": "thing"})
    assert set(sys.modules) == before


def test_a_function_that_is_not_there_is_reported(sandbox: Sandbox) -> None:
    missing = sandbox.run(Job("no_such_package.module:name"))
    assert (missing.ended, missing.detail) == ("raised", "ModuleNotFoundError: No module named 'no_such_package'")
    unknown = sandbox.run(Job("tests.sandbox.programs:nothing"))
    assert unknown.ended == "raised"
    assert "nothing" in unknown.detail


def test_a_working_directory_that_is_not_there_is_reported(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Job("tests.sandbox.programs:echo", cwd="/no/such/folder"))
    assert outcome.ended == "exited"
    assert "/no/such/folder" in outcome.stderr


def test_a_job_is_bounded_by_its_own_limits() -> None:
    with pytest.raises(ValueError, match="positive"):
        Limits(seconds=0)
    with pytest.raises(ValueError, match=r"package\.module:name"):
        Job("no_colon")


def test_a_fast_ending_is_fast(run: Run) -> None:
    started = time.monotonic()
    for _ in range(5):
        assert run("result = 1").result == 1
    assert time.monotonic() - started < 5
