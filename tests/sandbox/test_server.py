"""One warm server for many jobs: order, early stops, restarts, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiswise.sandbox import Job, Limits, Outcome, Sandbox, SandboxError
from axiswise.sandbox.capture import Capture
from axiswise.sandbox.framing import Unpacker, pack
from axiswise.sandbox.mailbox import Mailbox


def program(source: str, **limits: Any) -> Job:
    return Job("tests.sandbox.programs:execute", {"source": source}, limits=Limits(**limits) if limits else None)


def descendants(root: int) -> set[int]:
    """Every process below one, as `ps` sees it."""
    table = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in table.splitlines())}
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in found | {root} and pid not in found}:
        found |= more
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def test_fifty_jobs_share_one_server_and_leave_nothing(importable: None, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        with Sandbox() as sandbox:
            look = "import os; open('f', 'w').write('x'); result = [os.getppid(), len(os.listdir('/proc/self/fd'))]"
            server, first = sandbox.run(program(look)).result
            before = len(os.listdir("/proc/self/fd"))
            server_fds = len(os.listdir(f"/proc/{server}/fd"))
            for number in range(50):
                ending = ("result = 1", "import os; os._exit(1)", "1 / 0")[number % 3]
                assert sandbox.run(program(ending)).ended == ("returned", "exited", "raised")[number % 3]
            again = sandbox.run(program(look)).result
            assert again == [server, first]
            assert len(os.listdir("/proc/self/fd")) == before
            assert len(os.listdir(f"/proc/{server}/fd")) == server_fds
            assert descendants(server) == set()
            (folder,) = tmp_path.iterdir()
            assert list(folder.iterdir()) == []
        assert gone({server})
        assert list(tmp_path.iterdir()) == []


def test_outcomes_come_in_order_from_parallel_children(sandbox: Sandbox) -> None:
    naps = [0.4, 0.0, 0.2, 0.0, 0.1]
    jobs = [program(f"import time; time.sleep({nap}); result = {n}") for n, nap in enumerate(naps)]
    started = time.monotonic()
    assert [outcome.result for outcome in sandbox.run_many(jobs, parallel=5)] == [0, 1, 2, 3, 4]
    assert time.monotonic() - started < sum(naps) + 0.5


def test_an_iterator_takes_jobs_as_there_is_room_and_stops_early(sandbox: Sandbox) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Job]:
        for number in range(1000):
            taken.append(number)
            yield program(f"import time, os; time.sleep({0 if number == 0 else 30}); result = os.getppid()")

    outcomes = sandbox.iterate(endless(), parallel=2)
    server = next(outcomes).result
    started = time.monotonic()
    outcomes.close()  # type: ignore[attr-defined]
    assert len(taken) <= 3
    deadline = time.monotonic() + 5
    while descendants(server) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert descendants(server) == set()
    assert time.monotonic() - started < 5


def test_threads_may_share_a_sandbox(sandbox: Sandbox) -> None:
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(sandbox.run(program(f"result = {n}")).result))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == list(range(6))


@pytest.mark.parametrize(
    ("preload", "reason"),
    [
        ("no_such_framework", "ModuleNotFoundError: No module named 'no_such_framework'"),
        ("tests.sandbox.programs:no_such_function", "AttributeError: "),
        ("os:abort", "ended before it was ready"),
    ],
)
def test_a_preload_that_fails_says_why(importable: None, preload: str, reason: str) -> None:
    started = time.monotonic()
    with Sandbox([preload]) as sandbox:
        for _ in range(2):
            with pytest.raises(SandboxError) as caught:
                sandbox.run(program("result = 1"))
            assert reason in str(caught.value)
    assert time.monotonic() - started < 10


def test_a_preload_that_never_ends_is_given_up(importable: None) -> None:
    with (
        Sandbox(["signal:pause"], patience=0.3) as sandbox,
        pytest.raises(SandboxError, match=r"not ready after 0\.3 s"),
    ):
        sandbox.run(program("result = 1"))


def test_what_is_preloaded_is_there_in_every_child(importable: None) -> None:
    with Sandbox(["colorsys"]) as sandbox:
        assert sandbox.run(program("import sys; result = 'colorsys' in sys.modules")).result is True


def test_a_server_that_dies_is_reported_and_started_anew(importable: None) -> None:
    with Sandbox() as sandbox:
        server = sandbox.run(program("import os; result = os.getppid()")).result
        threading.Timer(0.3, os.kill, (server, signal.SIGKILL)).start()
        outcome = sandbox.run(program("import time; time.sleep(20)"))
        assert (outcome.ended, outcome.detail) == ("killed", "the sandbox's server is gone")
        assert sandbox.run(program("import os; result = os.getppid()")).result != server


def test_children_die_with_their_server(importable: None) -> None:
    with Sandbox() as sandbox:
        server = sandbox.run(program("import os; result = os.getppid()")).result
        asleep = threading.Thread(target=sandbox.run, args=(program("import time; time.sleep(30)"),))
        asleep.start()
        deadline = time.monotonic() + 5
        while not (children := descendants(server)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert children
        os.kill(server, signal.SIGKILL)
        asleep.join(5)
        assert gone(children)


def test_the_server_dies_with_its_parent(importable: None, tmp_path: Path) -> None:
    source = (
        "import os, signal\nfrom axiswise.sandbox import Job, Sandbox\ns = Sandbox()\n"
        "job = Job('tests.sandbox.programs:execute', {'source': 'import os; result = os.getppid()'})\n"
        "print(s.run(job).result, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    surroundings = os.environ | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False, env=surroundings
    )
    assert ended.returncode == -signal.SIGKILL
    assert gone({int(ended.stdout)})
    assert list(tmp_path.iterdir()) == []


def test_an_orphan_does_not_outlive_its_job(importable: None) -> None:
    """Native code can fork where Python is refused to; here the hook is gone round by importing before it is there."""
    with Sandbox(["tests.sandbox.forking"]) as sandbox:
        outcome = sandbox.run(Job("tests.sandbox.forking:orphan", limits=Limits(seconds=5)))
        assert outcome.ended == "returned", outcome
        assert gone({outcome.result["orphan"]})


def test_a_closed_sandbox_says_so(importable: None) -> None:
    sandbox = Sandbox()
    sandbox.close()
    sandbox.close()
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run(program("result = 1"))
    with pytest.raises(ValueError, match="parallel"):
        list(sandbox.iterate([], parallel=0))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_any_payload_goes_there_and_back(sandbox: Sandbox, payload: dict[str, Any]) -> None:
    outcome = sandbox.run(Job("tests.sandbox.programs:echo", payload))
    assert (outcome.ended, outcome.result) == ("returned", payload)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_may_be_printed(sandbox: Sandbox, out: bytes, err: bytes) -> None:
    outcome = sandbox.run(Job("tests.sandbox.programs:emit", {"out": list(out), "err": list(err)}))
    assert isinstance(outcome, Outcome)
    assert outcome.stdout == out.decode("utf-8", "backslashreplace")
    assert outcome.stderr == err.decode("utf-8", "backslashreplace")


@given(st.lists(st.tuples(st.dictionaries(st.text(), JSON, max_size=2), st.binary(max_size=30)), max_size=5), st.data())
def test_messages_are_put_together_from_any_pieces(
    messages: list[tuple[dict[str, Any], bytes]], data: st.DataObject
) -> None:
    stream = b"".join(pack(header, body) for header, body in messages)
    unpacker, found = Unpacker(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += unpacker.feed(stream[:cut])
        stream = stream[cut:]
    assert found == messages


@given(st.lists(st.binary(max_size=50), max_size=6))
def test_a_mailbox_holds_the_last_message(messages: list[bytes]) -> None:
    mailbox = Mailbox(50)
    assert mailbox.get() is None
    for message in messages:
        mailbox.put(message)
        assert mailbox.get() == message
    with pytest.raises(ValueError, match="51 bytes"):
        mailbox.put(b"x" * 51)
    assert mailbox.get() == (messages[-1] if messages else None)
    mailbox.close()


@given(st.lists(st.integers(0, 70_000), max_size=60))
def test_a_capture_keeps_both_ends(sizes: list[int]) -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    capture = Capture(reading)
    written = b""
    for number, size in enumerate(sizes):
        piece = bytes([97 + number % 26]) * min(size, 60_000)
        os.write(writing, piece)
        while capture.take():
            pass
        written += piece
    os.close(writing)
    os.close(reading)
    text = capture.text()
    if len(written) <= 1 << 20:
        assert text == written.decode()
    else:
        left = len(written) - (1 << 20)
        half = 1 << 19
        assert text == f"{written[:half].decode()}\n[{left} bytes left out]\n{written[-half:].decode()}"
