"""What goes round the overlay, out to the network or into another process is refused, and said."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.pictures import Run

CAUGHT = """
result = []
def attempt(act, *args, **options):
    try:
        act(*args, **options)
    except Exception as error:
        result.append(type(error).__name__)
    else:
        result.append('went through')
"""

REFUSED = {
    "connect": (
        "import socket\nattempt(socket.socket().connect, ('127.0.0.1', PORT))",
        "open a socket to 127.0.0.1:PORT",
    ),
    "create_connection": (
        "import socket\nattempt(socket.create_connection, ('127.0.0.1', PORT))",
        "reach 127.0.0.1:PORT",
    ),
    "bind": ("import socket\nattempt(socket.socket().bind, ('127.0.0.1', 0))", "listen at 127.0.0.1:0"),
    "send": (
        "import socket\nattempt(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto, b'x', ('127.0.0.1', PORT))",
        "send to 127.0.0.1:PORT",
    ),
    "look up": ("import socket\nattempt(socket.getaddrinfo, 'example.org', 443)", "reach example.org:443"),
    "fetch": (
        "import urllib.request\nattempt(urllib.request.urlopen, 'http://127.0.0.1:PORT/x')",
        "fetch http://127.0.0.1:PORT/x",
    ),
    "subprocess": ("import subprocess\nattempt(subprocess.run, ['touch', 'made'])", "start touch"),
    "subprocess, shell": ("import subprocess\nattempt(subprocess.getoutput, 'touch made')", "start "),
    "os.system": ("import os\nattempt(os.system, 'touch made')", "start touch made"),
    "os.popen": ("import os\nattempt(os.popen, 'touch made')", "start "),
    "os.fork": ("import os\nattempt(os.fork)", "start a process"),
    "os.exec": ("import os\nattempt(os.execv, '/bin/true', ['true'])", "become /bin/true"),
    "os.posix_spawn": ("import os\nattempt(os.posix_spawn, '/bin/true', ['true'], {})", "start /bin/true"),
    "pty": ("import pty\nattempt(pty.spawn, 'true')", "start true"),
    "multiprocessing, fork": (
        "import multiprocessing as m\nattempt(m.get_context('fork').Process(target=print).start)",
        "start a process",
    ),
    "fork_exec": (
        "import multiprocessing.util as u\nattempt(u.spawnv_passfds, b'/bin/true', ['true'], [])",
        "start a program",
    ),
    "kill": ("import os\nattempt(os.kill, os.getppid(), 9)", "send SIGKILL to process "),
    "posix, past the overlay": ("import posix\nattempt(posix.unlink, 'a.txt')", "delete PROJECT/a.txt"),
    "posix.open": ("import posix\nattempt(posix.open, 'a.txt', posix.O_RDWR)", "write to PROJECT/a.txt"),
    "posix.mkdir": ("import posix\nattempt(posix.mkdir, 'PROJECT/made')", "create PROJECT/made"),
    "posix.chmod": ("import posix\nattempt(posix.chmod, 'a.txt', 0o600)", "change the mode of PROJECT/a.txt"),
    "posix.rename": ("import posix\nattempt(posix.rename, 'a.txt', 'c.txt')", "rename PROJECT/a.txt"),
    "through a link": ("import posix\nattempt(posix.open, 'link/x.csv', 2)", "write to PROJECT/data/x.csv"),
    "FileIO": ("import io\nattempt(io.FileIO, 'a.txt', 'w')", "write to PROJECT/a.txt"),
    "/proc/self/cwd": ("attempt(open, '/proc/self/cwd/a.txt', 'w')", "write to /proc/self/cwd/a.txt"),
    "/proc/self/fd": (
        "f = open('a.txt')\nattempt(open, f'/proc/self/fd/{f.fileno()}', 'w')",
        "write to /proc/self/fd/",
    ),
    "/proc/self/mem": ("attempt(open, '/proc/self/mem', 'r+b')", "write to /proc/self/mem"),
    "opener": ("import posix\nattempt(open, 'a.txt', 'w', opener=posix.open)", "write to PROJECT/a.txt"),
    "ctypes": ("import ctypes\nattempt(lambda: ctypes.CDLL(None).unlink(b'a.txt'))", "call the C function unlink"),
    "limits": (
        "import resource as r\nattempt(r.setrlimit, r.RLIMIT_AS, (r.RLIM_INFINITY, r.RLIM_INFINITY))",
        "raise its own limits",
    ),
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A port where somebody listens and must never hear anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
        listener.settimeout(0.05)
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_recorded_with_the_users_line(run: Run, project: Path, port: int, name: str) -> None:
    source, words = (text.replace("PORT", str(port)).replace("PROJECT", str(project)) for text in REFUSED[name])
    outcome = run(CAUGHT + source)
    assert outcome.ended == "returned", outcome.detail
    assert outcome.result in (["PermissionError"], ["URLError"])
    first = outcome.refused[0]
    assert first.startswith(f"the program tried to {words}")
    assert f"(train.py:{len((CAUGHT + source).splitlines())})" in first or "(train.py:5)" in first
    assert not (project / "made").exists()


def test_refusals_are_bounded_and_do_not_repeat(run: Run) -> None:
    outcome = run(CAUGHT + "import os\nfor n in range(300):\n    attempt(os.system, f'echo {n % 150}')")
    assert outcome.result == ["PermissionError"] * 300
    assert len(outcome.refused) == 100


def test_what_programs_rightly_do_is_let_through(run: Run) -> None:
    outcome = run("""
import asyncio, os, queue, signal, socket, sys, tempfile, threading, concurrent.futures, ctypes, resource
async def main():
    await asyncio.sleep(0.001)
    return await asyncio.to_thread(lambda: 5)
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    squares = list(pool.map(lambda n: n * n, range(3)))
a, b = socket.socketpair()
a.sendall(b'x')
os.putenv('A', 'B'); os.environ['C'] = 'D'
signal.signal(signal.SIGALRM, lambda *_: None); signal.alarm(1); signal.alarm(0)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(64, hard), hard))
os.kill(os.getpid(), 0)
with tempfile.TemporaryDirectory() as d:
    open(os.path.join(d, 'f'), 'w').close()
same = ctypes.CDLL(None).getpid() == os.getpid()
result = [asyncio.run(main()), squares, b.recv(1).decode(), same, sys.dont_write_bytecode]
""")
    assert outcome.ended == "returned", outcome.stderr
    assert outcome.result == [5, [0, 1, 4], "x", True, True]
    assert outcome.refused == ()


def test_the_environment_is_quiet(run: Run) -> None:
    outcome = run(
        "import os; result = {k: os.environ[k] for k in ('CUDA_VISIBLE_DEVICES', 'HF_HUB_OFFLINE', 'MPLBACKEND')}"
    )
    assert outcome.result == {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "MPLBACKEND": "Agg"}


NATIVE = """
import os, posix, socket, subprocess, sys
from axiswise.sandbox import landlock
scratch, outside, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
version = landlock.restrict(scratch)
stopped = {}
def attempt(name, act, *args):
    try:
        act(*args)
    except PermissionError:
        stopped[name] = True
    else:
        stopped[name] = False
attempt('inside', open, scratch + '/f', 'w')
attempt('folder inside', os.mkdir, scratch + '/d')
attempt('move inside', os.rename, scratch + '/f', scratch + '/d/f')
attempt('null', open, '/dev/null', 'w')
attempt('read', open, outside + '/a.txt')
attempt('write', open, outside + '/a.txt', 'r+')
attempt('create', open, outside + '/made', 'w')
attempt('delete', os.unlink, outside + '/a.txt')
attempt('folder', os.mkdir, outside + '/made')
attempt('link', os.symlink, 'x', outside + '/made')
attempt('program', subprocess.run, ['/bin/true'])
if version >= 3:
    attempt('truncate', os.truncate, outside + '/a.txt', 0)
if version >= 4:
    attempt('connect', socket.create_connection, ('127.0.0.1', port))
    attempt('bind', socket.create_server, ('127.0.0.1', 0))
if version >= 6:
    attempt('kill', os.kill, os.getppid(), 0)
import json
print(json.dumps([version, stopped]))
"""


def test_the_kernel_stops_what_python_does_not_see(project: Path, tmp_path: Path, port: int) -> None:
    """Without the overlay and the hook, so that only the kernel answers."""
    (tmp_path / "scratch").mkdir()
    arguments = [sys.executable, "-c", NATIVE, str(tmp_path / "scratch"), str(project), str(port)]
    # A kernel without Landlock lets all through: the harm is done to a copy, and only there.
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    version, stopped = json.loads(done.stdout)
    allowed = {"inside", "folder inside", "move inside", "null", "read"}
    if version == 0:
        assert not any(stopped.values())
    else:
        assert {name for name, was in stopped.items() if not was} == allowed
        assert (project / "a.txt").read_text() == "real\n"
        assert not (project / "made").exists()


def test_what_is_in_force_is_said(run: Run) -> None:
    barriers = run("result = 1").barriers
    assert barriers[:2] == ("overlay", "audit")
    assert all(name.startswith("landlock-") for name in barriers[2:])
    assert sys.platform == "linux" or len(barriers) == 2
