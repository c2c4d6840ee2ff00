"""`axiswise run`, `install`, `explaining` and IPython: the program stays as it is, the explanation comes beneath."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from axiswise import live, running
from axiswise.diagnosis import Diagnosis
from axiswise.sandbox import Sandbox

SHAPES = "RuntimeError('mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)')"


def python(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", **environment}
    call = [sys.executable, *arguments]
    return subprocess.run(call, cwd=cwd, env=env, input=stdin, capture_output=True, text=True, check=False)


# -- as python does ----------------------------------------------------------------------------------------------------
PROGRAMS = {
    "a cause": "try:\n    1/0\nexcept ZeroDivisionError as e:\n    raise ValueError('x') from e\n",
    "a context": "def f():\n    try:\n        {}['a']\n    except KeyError:\n        [][1]\nf()\n",
    "no parse": "x = (1,\n",
    "no compile": "def f():\n    return 1\nreturn 2\n",
    "a nul": "x = 1\n\x00\n",
    "an unknown coding": "# coding: klingon\n",
    "latin-1": "# coding: latin-1\nprint(ascii('\xe9'))\nraise ValueError('\xe9')\n",
    "latin-1 undeclared": "print('\xe9')\n",
    "a __str__ that fails": "class E(Exception):\n    def __str__(self): raise RuntimeError('no')\nraise E(3)\n",
    "a group": "raise ExceptionGroup('both', [ValueError(1), ExceptionGroup('in', [KeyError('k')])])\n",
    "a note": "e = ValueError('a')\ne.add_note('a note')\nraise e\n",
    "no Exception": "raise BaseException('odd')\n",
    "status 3": "import sys\nprint('out')\nsys.exit(3)\n",
    "a status in words": "import sys\nsys.exit('gone wrong')\n",
    "a status of its own": "import atexit\natexit.register(print, 'bye')\nraise SystemExit\n",
    "an interrupt": "import os, signal, atexit\natexit.register(print, 'bye')\nos.kill(os.getpid(), signal.SIGINT)\n",
    "an excepthook": "import sys\nsys.excepthook = lambda *a: print(a[:2], a[2].tb_lineno)\nraise ValueError(1)\n",
    "the order of streams": (
        "import sys, atexit\natexit.register(lambda: print('last', sys.last_type, sys.last_traceback.tb_lineno))\n"
        "print('a')\nprint('b', file=sys.stderr)\nraise KeyError('k')\n"
    ),
    "warnings": "import warnings\nif 0 is 1: pass\nwarnings.warn('a')\nwarnings.warn('old', DeprecationWarning)\n",
    "a thread": (
        "import threading\ndef work():\n    raise ValueError('in thread')\n"
        "t = threading.Thread(target=work, name='w')\nt.start(); t.join()\nprint('on')\n"
    ),
    "__main__": (
        "'''words'''\nimport dataclasses, inspect, pickle, sys\n@dataclasses.dataclass\nclass A:\n    x: 'int' = 1\n"
        "print(pickle.loads(pickle.dumps(A(3))), A.__module__, inspect.getsource(A), sys.argv, sys.path[0])\n"
        "print(__name__, __file__, __spec__, __package__, __doc__, __cached__, type(__builtins__), __annotations__)\n"
        "print(type(__loader__), __loader__.get_source('__main__')[:10], list(globals()))\n"
    ),
    "spawned children": (
        "import multiprocessing as mp\ndef f(x):\n    return x * x\nif __name__ == '__main__':\n"
        "    with mp.get_context('spawn').Pool(1) as pool:\n        print(pool.map(f, [1, 2]))\n"
    ),
    "a module beside it": "import beside\n",
    "the end of objects": "class D:\n    def __del__(self): print('del')\nd = D()\nprint(1)\n",
    "text that is shown as it is": "import sys\nprint(sys.stdout.errors, sys.stdout.encoding, sys.stderr.errors)\n",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_runs_as_under_python(name: str, tmp_path: Path) -> None:
    encoding = "latin-1" if name.startswith("latin-1") else "utf-8"
    (tmp_path / "a script.py").write_bytes(PROGRAMS[name].encode(encoding))
    (tmp_path / "beside.py").write_text("def g():\n    raise OSError('deep')\ng()\n")
    arguments = ("a script.py", "--help", "--", "-x")
    alone = python(*arguments, cwd=tmp_path)
    ours = python("-m", "axiswise", "run", *arguments, cwd=tmp_path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (alone.returncode, alone.stdout, alone.stderr)


def test_a_script_by_a_link_and_by_another_spelling_of_its_path(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "probe.py").write_text("import sys\nprint(sys.argv, sys.path[0], __file__)\n")
    (tmp_path / "sub" / "link.py").symlink_to("../probe.py")
    for name in ("./probe.py", "sub/link.py", str(tmp_path / "probe.py")):
        assert python("-m", "axiswise", "run", name, cwd=tmp_path).stdout == python(name, cwd=tmp_path).stdout


def test_nothing_is_loaded_while_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text(
        "import sys\nheavy = 'torch', 'numpy', 'rich', 'axiswise.sandbox', 'axiswise.live'\n"
        "print([name for name in heavy if name in sys.modules])\n1/0\n"
    )
    done = python("-X", "importtime", "-m", "axiswise", "run", "s.py", cwd=tmp_path)
    assert done.stdout == "[]\n"
    assert "axiswise.live" not in done.stderr
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


# -- beneath the traceback ---------------------------------------------------------------------------------------------
NET = """\
import torch, torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(400, 120)
    def forward(self, x):
        return self.fc1(x.flatten(1))
"""
EXPLAINED = """\

error[linear-in-features]: `self.fc1` takes 400 features, but `x.flatten(1)` has
  256
 --> s.py:5:30
5 |     self.fc1 = nn.Linear(400, 120)
  |                          ^^^
note: raised here
 --> s.py:7:16
7 |     return self.fc1(x.flatten(1))
"""


def test_a_shape_error_is_explained_beneath_what_python_shows(tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text(NET + "print(Net()(torch.randn(8, 16, 4, 4)).shape)\n")
    alone = python("s.py", cwd=tmp_path)
    ours = python("-m", "axiswise", "run", "s.py", cwd=tmp_path)
    assert (ours.returncode, ours.stdout) == (alone.returncode, alone.stdout) == (1, "")
    assert ours.stderr.startswith(alone.stderr + EXPLAINED)
    assert "5 | + self.fc1 = nn.Linear(256, 120)\n" in ours.stderr
    assert "[verified]" in ours.stderr


def test_install_keeps_hooks_reaches_threads_and_outlives_its_own_faults(tmp_path: Path) -> None:
    """A stand-in for torch, whose replay cannot start: the words are read, or a fault of ours is told in a line."""
    (tmp_path / "torch.py").write_text("class Tensor: ...\nclass nn:\n    class Module: ...\n")
    (tmp_path / "s.py").write_text(
        "import sys, threading, torch, axiswise\n"
        "sys.excepthook = lambda kind, error, traceback: print('mine', kind.__name__, file=sys.stderr)\n"
        "axiswise.install(); axiswise.install()\n"
        f"def work(): raise {SHAPES}\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
        "print('-- block', file=sys.stderr)\n"
        "try:\n    with axiswise.explaining(): work()\nexcept RuntimeError as error: kept = error\n"
        "print('-- fault', file=sys.stderr)\n"
        "from axiswise import live\nreal = live.explained\n"
        "def broken(*_, **__): raise OSError('no\\nroom')\n"
        "live.explained = broken\n"
        "try:\n    with axiswise.explaining(): work()\nexcept RuntimeError as error: print(error)\n"
        "live.explained = real\n"
        "print('-- again', file=sys.stderr)\n"
        "raise kept if len(sys.argv) > 1 else RuntimeError('out of luck')\n"
    )
    done = python("s.py", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    thread, block, fault, end = (part.strip("\n") for part in done.stderr.replace("-- ", "\0").split("\0"))
    assert "Traceback" in thread.splitlines()[1]
    told = "error[matmul-contraction]: `matmul` sums over 3 of the left and 4 of the right"
    assert thread.count(told) == block.count(told) == 1
    assert "note: read from the error's words" in block
    assert fault == "fault\n\naxiswise could not explain this: OSError: no room"
    assert end == "again\nmine RuntimeError"
    assert (done.returncode, done.stdout) == (1, "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)\n")
    again = python("s.py", "kept", cwd=tmp_path, PYTHONPATH=str(tmp_path)).stderr.partition("-- again\n")[2]
    assert again == "mine RuntimeError\n", "what was explained once is not explained again"
    assert python("s.py", cwd=tmp_path, PYTHONPATH=str(tmp_path), AXISWISE_REPLAY="1").stderr.count("error[") == 0


# -- from the exception's words ----------------------------------------------------------------------------------------
class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(100, 5))
        self.bias = nn.Parameter(torch.zeros(7))

    @property
    def trap(self) -> torch.Tensor:
        raise AssertionError("user code was run again")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.enc(x)

    def shift(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.bias


net = Net()


def product() -> None:
    q, k = torch.randn(2, 3), torch.randn(2, 3)
    q @ k


def chained() -> None:
    try:
        product()
    except RuntimeError as error:
        raise ValueError("training failed") from error


def grouped() -> None:
    try:
        product()
    except RuntimeError as error:
        raise ExceptionGroup("several", [KeyError("a"), error]) from None


def by_a_worker() -> None:
    told = 'Traceback (most recent call last):\n  File "gone.py", line 3, in f\n    x.view(5, -1)\n'
    raise RuntimeError(f"Caught RuntimeError in worker 0.\nOriginal {told}RuntimeError: shape '[5, -1]' is invalid for "
                       "input of size 24\n")  # fmt: skip


WORDS: list[tuple[Callable[[], object], str, str]] = [
    (
        lambda: net(torch.randn(2, 1, 8, 8)),
        "`self.enc[0]` takes 3 channels, but its input has 1",
        "`x` is (2, 1, 8, 8)",
    ),
    (lambda: net(torch.randn(2, 3, 8, 8)), "`self.enc[2]` takes 100 features, but its input has 288", "`x` is"),
    (lambda: net.shift(torch.randn(2, 5)), "`x` has 5 along axis 1, where `self.bias` has 7", "`self.bias` is (7,)"),
    (product, "`@` sums over 3 of `q` and 2 of `k`", ""),
    (chained, "`@` sums over 3 of `q` and 2 of `k`", ""),
    (grouped, "`@` sums over 3 of `q` and 2 of `k`", ""),
    (by_a_worker, "`reshape` asks for a multiple of 5 elements, but the input has 24", "gone.py:3"),
]


def raised(call: Callable[[], object]) -> Exception:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def finding(error: Exception, program: live.Program | None = None) -> Diagnosis | None:
    report = live.explained(error, program)
    return report.findings[0] if report is not None else None


@pytest.mark.parametrize(("call", "message", "note"), WORDS)
def test_words_and_live_shapes_explain(call: Callable[[], object], message: str, note: str) -> None:
    found = finding(raised(call))
    assert found is not None
    assert found.message == message
    assert not note or any(note in each.message for each in found.notes)
    assert {fix.verdict for fix in found.fixes} <= {"unverified"}


def test_what_names_hold_is_read_and_nothing_of_the_users_is_run() -> None:
    x = torch.randn(2, 5)
    error = raised(lambda: torch.add(x, net.bias, alpha=len([net.trap]) if x.numel() < 0 else 1))
    found = finding(error)
    assert found is not None
    assert [note.message for note in found.notes] == ["here `x` is (2, 5) and `net.bias` is (7,)"]


def unrelated(error: BaseException) -> Callable[[], object]:
    def call() -> None:
        raise error

    return call


class Mute(RuntimeError):
    def __str__(self) -> str:
        raise ValueError("no words")


OTHERS: dict[str, Callable[[], object]] = {
    "json": lambda: json.loads("{"),
    "a key": lambda: {}["a"],
    "the user's own": unrelated(ValueError("the learning rate must be positive, not -3")),
    "memory": unrelated(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB. Process size 3 dim")),
    "unpacking a pair": lambda: [a for a, _, _ in [(1, 2)]],
    "a list's index": lambda: [1][3],
    "a tuple's attribute": lambda: (1, 2).foo,  # type: ignore[attr-defined]
    "no parameters": lambda: torch.optim.SGD([], lr=1),
    "no file": lambda: torch.load("/nowhere"),
    "no gradient": lambda: torch.zeros(1).backward(),
    "a loader's setting": lambda: torch.utils.data.DataLoader([], batch_size=0),
    "a missing argument": lambda: nn.Linear(),  # type: ignore[call-arg]
    "an assertion": unrelated(AssertionError()),
    "no words": unrelated(Mute()),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_about_shapes_gets_nothing_and_no_replay(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def replayed(*_: object) -> None:
        raise AssertionError("a replay was started")

    monkeypatch.setattr(live, "check_script", replayed)
    monkeypatch.setattr(live, "warm_sandbox", replayed)
    assert live.explained(raised(OTHERS[name]), live.Program(__file__)) is None


# -- from a replay -----------------------------------------------------------------------------------------------------
def test_a_replay_that_meets_another_error_is_not_taken_for_this_one(
    tmp_path: Path, warm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Warm:
        def __init__(self, *_: object) -> None: ...
        def __enter__(self) -> Sandbox:
            return warm

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(live, "warm_sandbox", Warm)
    program = tmp_path / "s.py"
    program.write_text(
        "import sys, torch\nfc = torch.nn.Linear(10, 5)\n"
        "def step(x):\n    return fc(x)\n"
        "step(torch.randn(4, int(sys.argv[1])))\nother = torch.zeros(2, 3)\nother @ other\n"
    )
    monkeypatch.setattr(sys, "argv", ["s.py", "7"])
    code = compile(program.read_text(), str(program), "exec")
    error = raised(lambda: exec(code, {"__name__": "__main__"}))
    met = finding(error, live.Program(str(program), ("7",)))
    assert met is not None
    assert [fix.verdict for fix in met.fixes] == ["verified"], "the same error, met on abstract tensors"
    met = finding(error, live.Program(str(program), ("10",)))
    assert met is not None
    assert met.message == "`fc` takes 10 features, but `x` has 7"
    assert live.UNMET in met.notes
    assert met.raised_at is not None
    assert met.raised_at.line == 4


def test_a_command_of_a_library_is_no_program_to_replay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    main = type(sys)("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert running._program() is None
    main.__file__ = str(Path(sys.executable).parent / "pytest")
    assert running._program() is None
    main.__file__ = str(tmp_path / "s.py")
    (tmp_path / "s.py").touch()
    program = running._program()
    assert program is not None
    assert program.path == str(tmp_path / "s.py")


# -- IPython -----------------------------------------------------------------------------------------------------------
SESSION = """\
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="NoColor")
for number, cell in enumerate(sys.stdin.read().split("# ---\\n"), 1):
    print("-- cell", number, flush=True)
    shell.run_cell(cell, store_history=True)
"""


def test_a_cells_shape_error_is_explained_beneath_it(tmp_path: Path) -> None:
    (tmp_path / "session.py").write_text(SESSION)
    (tmp_path / "beside.py").write_text("FEATURES = 400\n")
    cells = [
        "import axiswise\naxiswise.install()\naxiswise.install()\n",
        "from beside import FEATURES\n" + NET.replace("400", "FEATURES"),
        "net = Net()\n1 / 0\nnet = None\n",
        "%time y = 3\n!true\nx = torch.randn(8, 16, 4, 4)\nprint(net(x).shape)\n",
        "print('later', y)\n",
    ]
    done = python("session.py", cwd=tmp_path, stdin="# ---\n".join(cells), IPYTHONDIR=str(tmp_path / "ipython"))
    parts = done.stdout.split("-- cell ")[1:]
    assert ["error[" in part for part in parts] == [False, False, False, True, False]
    assert "ZeroDivisionError" in parts[2]
    assert parts[3].index("RuntimeError: mat1 and mat2") < parts[3].index("error[linear-in-features]")
    assert parts[3].count("error[") == 1
    assert "\n --> beside.py:1:" in parts[3]
    assert "\n --> Cell In[2]:8:" in parts[3]
    assert "from randn at Cell In[4]:3" in parts[3]
    assert "[verified]" in parts[3]
    assert "later 3" in parts[4]
    assert "axiswise-session" not in done.stdout
    assert done.stderr == ""
