"""Input that no command can use: one clear line, exit status 2, nothing lost, no traceback of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.cli import main
from axiswise.sandbox import Sandbox

BROKEN = "import torch\nx = torch.zeros(3, 4)\ny = x @ torch.zeros(5, 2)\n"


def axiswise(*arguments: str | bytes, cwd: Path, **how: object) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **how.pop("env", {})}  # type: ignore[dict-item]
    call = [sys.executable, "-m", "axiswise", *arguments]
    return subprocess.run(call, cwd=cwd, env=env, check=False, **{"capture_output": True, **how})  # type: ignore[call-overload]


def folder_of_bad_input(root: Path) -> None:
    files = {
        "syntax.py": b"import torch\nx = (1,\n",
        "nul.py": b"x = 1\n\x00\n",
        "utf16.py": BROKEN.encode("utf-16"),
        "undeclared.py": "s = 'é'\n".encode("latin-1"),
        "klingon.py": b"# coding: klingon\n",
        "words.txt": b"hello there\n",
        "library.so": b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)),
        "notes.ipynb": b"{}",
    }
    for name, data in files.items():
        (root / name).write_bytes(data)
    (root / "empty").mkdir()
    (root / "folder").mkdir()
    (root / "folder" / "a.py").touch()
    (root / "dangling.py").symlink_to("nowhere.py")
    (root / "loop.py").symlink_to("loop.py")
    os.mkfifo(root / "pipe.py")


REFUSED = {
    "gone.py": "gone.py: no such file",
    "a\nb.py": "a\\nb.py: no such file",
    "": "'': no such file",
    "dangling.py": "dangling.py: no such file",
    "loop.py": "loop.py: no such file",
    "pipe.py": "pipe.py is no regular file",
    "empty": "empty: no Python file is in it",
    "folder": "folder: none of its Python files imports a framework",
    "notes.ipynb": "notes.ipynb is a notebook: export its cells to a .py file",
    "syntax.py": "syntax.py: is not Python: line 2: '(' was never closed",
    "nul.py": "nul.py: is not Python: source code ",
    "utf16.py": "utf16.py: is not Python: invalid or missing encoding declaration",
    "undeclared.py": "undeclared.py: is not Python: ",
    "klingon.py": "klingon.py: is not Python: unknown encoding: klingon",
    "words.txt": "words.txt: is not Python: line 1: invalid syntax",
    "library.so": "library.so: is not Python: ",
}


@pytest.mark.parametrize("option", [[], ["--fix"], ["--diff"], ["--format", "concise"]])
def test_what_is_no_script_gets_one_line_and_stays(
    option: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder_of_bad_input(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for name, line in REFUSED.items():
        assert main(["check", *option, "--", name]) == 2, name
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1), name
        assert err.startswith(f"axiswise: {line}"), name
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_bad_input_from_outside(tmp_path: Path) -> None:
    """The same as subprocesses, for what a process has that a call has not."""
    folder_of_bad_input(tmp_path)
    for arguments, line in {
        ("check", "syntax.py"): "axiswise: syntax.py: is not Python: line 2: '(' was never closed\n",
        ("check", os.fsdecode(b"\xff.py")): "axiswise: \\udcff.py: no such file\n",
        ("run", "gone.py"): "axiswise: gone.py: no such file\n",
        ("run", "folder"): "axiswise: folder is a folder; `run` takes a script\n",
        ("run", "-"): "axiswise: -: no such file\n",
        ("run", "--", "dangling.py"): "axiswise: dangling.py: no such file\n",
    }.items():
        done = axiswise(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", line)
    done = axiswise("explain", "-", cwd=tmp_path, input=os.urandom(20_000))
    assert (done.returncode, done.stderr) == (2, b"")
    assert done.stdout.startswith(b"skipped: pasted text: no shape error found in the text\n")


def test_streams_that_are_closed_or_full(tmp_path: Path) -> None:
    command = f"{sys.executable} -m axiswise"
    for line, status, error in [
        ("explain - <&-", 2, "axiswise: there is nothing to explain: the standard input is closed\n"),
        ("explain linear-in-features >&-", 0, ""),
        ("check gone.py 2>&-", 2, ""),
        (
            "explain linear-in-features >/dev/full",
            2,
            "axiswise: the output cannot be written: No space left on device\n",
        ),
    ]:
        done = subprocess.run(
            f"{command} {line}", shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (status, error), line


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_file_without_permission_is_named(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret.py").write_text(BROKEN)
    monkeypatch.chdir(tmp_path)

    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert main([command, "secret.py"]) == 2
    assert capsys.readouterr() == (
        "",
        f"axiswise: secret.py{':' * (command == 'check')} cannot be read: Permission denied\n",
    )


def test_without_torch_each_target_says_so(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    (tmp_path / "model.py").write_text(BROKEN)
    env = {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    for option in ((), ("--fix",)):
        done = axiswise("check", *option, "model.py", cwd=tmp_path, env=env)
        line = b"axiswise: model.py: torch is not installed in this environment\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, b"", line)
    told = json.loads(axiswise("check", "--format", "json", "model.py", cwd=tmp_path, env=env).stdout)
    assert [target["status"] for target in told["targets"]] == ["skipped"]
    done = axiswise("run", "model.py", cwd=tmp_path, env=env)
    assert done.returncode == 1
    assert done.stderr.endswith(b"ModuleNotFoundError: import of torch halted; None in sys.modules\n")
    assert (tmp_path / "model.py").read_text() == BROKEN


READABLE = {
    "latin.py": ("# coding: latin-1\nprint('é')\n" + BROKEN).encode("latin-1"),
    "bom.py": b"\xef\xbb\xbf" + BROKEN.encode(),
    "with space ünïcöde.py": BROKEN.encode(),
    "crlf.py": BROKEN.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("name", [*READABLE, "link.py"])
def test_unusual_files_are_checked_all_the_same(name: str, tmp_path: Path, warm: Sandbox) -> None:
    for each, data in READABLE.items():
        (tmp_path / each).write_bytes(data)
    (tmp_path / "link.py").symlink_to("crlf.py")
    report = check([str(tmp_path / name)], sandbox=warm)
    (found,) = report.findings
    assert found.rule == "matmul-contraction"
    assert found.span is not None
    assert found.span.line == (5 if name == "latin.py" else 3)
    assert [fix.verdict for fix in found.fixes][:1] == ["verified"]


UNFINISHED = {
    "empty": ("", "checked", None),
    "a module that is no Python": (
        "import torch\ntorch.zeros(2)\nimport no_python\n",
        "partial",
        "SyntaxError: invalid",
    ),
    "a module that raises": ("import raising\n", "skipped", "stopped at line 1: ValueError: no config"),
    "a package that is not there": ("import nothere\n", "skipped", "needs the package nothere, which is not installed"),
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_users_module_that_fails_is_told(name: str, tmp_path: Path, warm: Sandbox) -> None:
    program, status, reason = UNFINISHED[name]
    (tmp_path / "no_python.py").write_text("def f(:\n")
    (tmp_path / "raising.py").write_text("raise ValueError('no config')\n")
    (tmp_path / "program.py").write_text(program)
    report = check([str(tmp_path / "program.py")], sandbox=warm)
    assert not report.findings
    assert report.targets[0].status == status
    assert report.targets[0].reason == reason or (reason is not None and reason in (report.targets[0].reason or ""))
