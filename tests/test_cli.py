"""The command line from outside, with the core replaced by answers given here."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from axiswise import cli
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis, Edit, Fix, Report, Target
from axiswise.origin import Span

TEXT = b"import torch\r\nn = 4\r\nx = f(n)\r\n"
DOUBLED = Fix("double n", (Edit(Span("train.py", 2, 4, 2, 5), "8"),), verdict="verified", holds_for="every batch")
FOUND = Diagnosis("linear-in-features", "`f` takes 8", Span("train.py", 3, 4, 3, 8), fixes=(DOUBLED,))
CHECKED = Target("train.py", "checked", ops=2, seconds=0.1)

Answer = Callable[[Sequence[str], Options], Report]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_bytes(TEXT)
    return tmp_path


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer | Report], None]:
    def answers(answer: Answer | Report) -> None:
        check = answer if callable(answer) else lambda targets, options: answer
        monkeypatch.setitem(sys.modules, "axiswise.checking", SimpleNamespace(check=check))

    return answers


Core = Callable[["Answer | Report"], None]
Output = pytest.CaptureFixture[str]


def found(*findings: Diagnosis, target: Target = CHECKED) -> Report:
    return Report((target,), findings or (FOUND,))


def test_a_clean_program_gets_one_line(core: Core, capsys: Output) -> None:
    core(Report((CHECKED,)))
    assert cli.main(["check", "train.py"]) == 0
    assert capsys.readouterr() == ("nothing found in train.py; 2 operations checked in 0.1 s\n", "")


def test_a_finding_is_status_1(core: Core, capsys: Output) -> None:
    core(found())
    assert cli.main(["check", "train.py"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("error[linear-in-features]: `f` takes 8\n --> train.py:3:5\n3 | x = f(n)\n")
    assert out.endswith("1 error in train.py; 2 operations checked in 0.1 s\n")
    assert err == ""


@pytest.mark.parametrize("status", ["partial", "skipped", "failed"])
def test_what_was_not_checked_is_status_2_when_it_matters(status: str, core: Core, capsys: Output) -> None:
    core(Report((Target("train.py", status, "no torch"),)))  # type: ignore[arg-type]
    assert cli.main(["check", "train.py"]) == (0 if status == "partial" else 2)
    assert "train.py: no torch" in "".join(capsys.readouterr())
    assert cli.main(["check", "--strict", "train.py"]) == 2
    capsys.readouterr()


def test_options_come_from_the_nearest_settings_and_the_call(core: Core, folder: Path, capsys: Output) -> None:
    seen: list[tuple[Sequence[str], Options]] = []

    def check(targets: Sequence[str], options: Options) -> Report:
        seen.append((targets, options))
        return Report((CHECKED,))

    core(check)
    (folder / "pyproject.toml").write_text(
        '[tool.axiswise]\njobs = 2\nstrict = true\nignore = ["linear-in-features"]\n'
    )
    (folder / "deep").mkdir()
    (folder / "deep" / "pyproject.toml").write_text("[project]\n")
    (folder / "deep" / "a.py").write_text("")
    call = ["check", "deep/a.py", "deep/a.py", "train.py", "--jobs", "3", "--time-budget", "5", "--format", "json"]
    assert cli.main([*call, "--select", "conv-rank,unused-ignore"]) == 0
    ((targets, options),) = seen
    assert targets == ["deep/a.py", "train.py"]
    assert options == Options(
        select=("conv-rank", "unused-ignore"),
        ignore=("linear-in-features",),
        jobs=3,
        strict=True,
        time_budget=5.0,
        format="json",
    )
    assert json.loads(capsys.readouterr().out)["version"] == 1


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("[tool.axiswise]\njbos = 1", "unknown setting 'jbos'; there are all, annotate, cache, format, ignore"),
        ("[tool.axiswise]\njobs = true", "jobs takes a value of type int, not True"),
        ("[tool.axiswise]\njobs = 0", "jobs takes a positive number"),
        ('[tool.axiswise]\nignore = "x"', "ignore takes a list of strings"),
        ('[tool.axiswise]\nignore = ["linear-in-feature"]', "'linear-in-feature'; the nearest is linear-in-features"),
        ('[tool.axiswise]\nformat = "xml"', "no format is called 'xml'"),
        ("[tool.axiswise", "pyproject.toml: "),
    ],
)
def test_a_wrong_setting_is_named(toml: str, reason: str, folder: Path, capsys: Output) -> None:
    (folder / "pyproject.toml").write_text(toml)
    assert cli.main(["check", "train.py"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert reason in err


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("gone.py", None, "gone.py: no such file"),
        ("broken.py", b"x = (1,\n", "broken.py: is not Python: line 1: '(' was never closed"),
        ("bytes.py", b"\x80\x81\x00", "bytes.py: is not Python: "),
        ("nul.py", b"x = 1\n\x00", "nul.py: is not Python: "),
        ("coding.py", b"# coding: klingon\n", "coding.py: is not Python: "),
        ("latin.py", "s = 'é'\n".encode("latin-1"), "latin.py: is not Python: "),
        ("deep.py", b"x = " + b"(" * 5000 + b")" * 5000, "deep.py: is n"),
        ("notes.ipynb", b"{}", "notes.ipynb is a notebook: export its cells to a .py file"),
        ("empty/", None, "empty/: no Python file is in it"),
        ("package/", b"a.py", "package/: none of its Python files imports a framework"),
        ("train.py::Net", None, "train.py has no class or function Net"),
    ],
)
def test_bad_targets_get_one_line(name: str, data: bytes | None, reason: str, folder: Path, capsys: Output) -> None:
    if name.endswith("/"):
        (folder / name).mkdir()
        if data:
            (folder / name / data.decode()).touch()
    elif data is not None:
        (folder / name).write_bytes(data)
    assert cli.main(["check", name]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"axiswise: {reason}")


def test_a_bad_target_beside_good_ones_is_a_skipped_target(core: Core, folder: Path, capsys: Output) -> None:
    (folder / "broken.py").write_text("x = (")
    core(Report((CHECKED,)))
    assert cli.main(["check", "train.py", "broken.py"]) == 2
    assert "skipped: broken.py: is not Python" in capsys.readouterr().out
    assert cli.main(["check", "broken.py", "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["targets"][0]["status"] == "skipped"


@pytest.mark.parametrize("command", ["weights", "lsp"])
def test_commands_to_come_are_refused_and_not_listed(command: str, capsys: Output) -> None:
    assert cli.main([command, "a", "b"]) == 2
    assert f"`{command}`" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    assert command not in capsys.readouterr().out


# -- inputs -----------------------------------------------------------------------------------------------------------
def test_inputs_are_handed_on_and_one_that_nothing_takes_is_told(core: Core, capsys: Output) -> None:
    texts = ["x: Float[batch 512]", 'mask: Bool[Tensor, "batch time"]']
    seen: list[Options] = []

    def check(targets: Sequence[str], options: Options) -> Report:
        seen.append(options)
        return Report((replace(CHECKED, inputs={"x": "Float[batch 512]", "mask[0]": "Bool[batch time]"}),))

    core(check)
    assert cli.main(["check", "train.py", "--input", texts[0], "--input", texts[1]]) == 0
    assert seen[0].inputs == tuple(texts)
    assert cli.main(["check", "train.py", "--input", "y: Float[3]"]) == 2
    assert capsys.readouterr().err == "axiswise: --input y: no module or function that was checked takes it\n"


# -- fixes -------------------------------------------------------------------------------------------------------------
def test_a_diff_is_a_patch_and_writes_nothing(core: Core, folder: Path, capsys: Output) -> None:
    core(found())
    assert cli.main(["check", "--diff", "train.py"]) == 1
    out, err = capsys.readouterr()
    assert out == "--- a/train.py\n+++ b/train.py\n@@ -1,3 +1,3 @@\n import torch\r\n-n = 4\r\n+n = 8\r\n x = f(n)\r\n"
    assert err == "axiswise: would fix train.py:2 [linear-in-features]: double n (verified for every batch)\n"
    assert (folder / "train.py").read_bytes() == TEXT


def test_a_fix_is_written_and_a_finding_that_got_none_keeps_status_1(core: Core, folder: Path, capsys: Output) -> None:
    core(found())
    assert cli.main(["check", "--fix", "train.py"]) == 0
    assert (folder / "train.py").read_bytes() == TEXT.replace(b"4", b"8")
    out, err = capsys.readouterr()
    assert "2 | - n = 4" in out
    assert err == "axiswise: fixed train.py:2 [linear-in-features]: double n (verified for every batch)\n"

    (folder / "train.py").write_bytes(TEXT)
    unverified = replace(FOUND, fixes=(replace(DOUBLED, verdict="unverified"),))
    choice = replace(FOUND, fixes=(replace(DOUBLED, choice=True),))
    overlapping = replace(FOUND, fixes=(replace(DOUBLED, edits=(Edit(Span("train.py", 2, 0, 2, 5), "m = 1"),)),))
    core(found(FOUND, FOUND, unverified, choice, overlapping))
    assert cli.main(["check", "--fix", "train.py"]) == 1
    assert (folder / "train.py").read_bytes() == TEXT.replace(b"4", b"8")
    reasons = [line.rpartition("]: ")[2] for line in capsys.readouterr().err.splitlines()]
    assert reasons[2:] == [
        "none of its fixes was verified",
        "its fixes are choices to take",
        "its fix overlaps another one: call `--fix` again",
    ]


def test_a_file_that_changes_while_it_is_checked_is_left(core: Core, folder: Path, capsys: Output) -> None:
    (folder / "model.py").write_text("n = 4\n")
    for name in ("train.py", "model.py"):

        def check(targets: Sequence[str], options: Options, name: str = name) -> Report:
            (folder / name).write_text("n = 5\nn = 4\n")
            fix = replace(DOUBLED, edits=(Edit(Span(name, 1, 4, 1, 5), "8"),))
            return found(replace(FOUND, fixes=(fix,)))

        core(check)
        assert cli.main(["check", "--fix", "train.py"]) == 2
        assert capsys.readouterr().err == f"axiswise: {name} has changed since it was checked; nothing was fixed\n"
        assert (folder / name).read_text() == "n = 5\nn = 4\n"


def test_a_module_that_the_script_imports_is_fixed_too(core: Core, folder: Path) -> None:
    (folder / "model.py").write_text("n = 4\n")
    core(found(replace(FOUND, fixes=(replace(DOUBLED, edits=(Edit(Span("model.py", 1, 4, 1, 5), "8"),)),))))
    assert cli.main(["check", "--fix", "train.py"]) == 0
    assert (folder / "model.py").read_text() == "n = 8\n"


def test_a_file_that_may_not_be_written_is_named(
    core: Core, folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    core(found())
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert cli.main(["check", "--fix", "train.py"]) == 2
    assert capsys.readouterr().err == "axiswise: train.py: Permission denied; nothing was fixed\n"


def test_annotations_are_written_or_printed_where_they_were_verified(core: Core, folder: Path, capsys: Output) -> None:
    fix = Fix("annotate what `f` takes", (Edit(Span("train.py", 2, 0, 2, 1), "m"),), verdict="verified")
    net = Target("train.py::f", "checked", inputs={"x": "Float[2]"}, annotations=fix)
    other = replace(net, target="train.py::g", annotations=replace(fix, verdict="unverified"))
    core(Report((net, other)))
    assert cli.main(["check", "--annotate", "--diff", "train.py"]) == 0
    out, err = capsys.readouterr()
    assert (out.count("-n = 4"), out.count("+m = 4")) == (1, 1)
    assert err == "axiswise: would annotate train.py::f\naxiswise: left train.py::g: not verified\n"
    assert (folder / "train.py").read_bytes() == TEXT
    assert cli.main(["check", "--annotate", "train.py"]) == 0
    assert (folder / "train.py").read_bytes() == TEXT.replace(b"n = 4", b"m = 4")


# -- silences ----------------------------------------------------------------------------------------------------------
def test_a_comment_on_the_line_silences_and_an_unused_one_is_told(core: Core, folder: Path, capsys: Output) -> None:
    (folder / "train.py").write_text(
        "n = 4  # axiswise: ignore[conv-rank]\nt = '# axiswise: ignore[conv-rank]'\n"
        "x = f(n)  # axiswise: ignore[conv-rank, linear-in-features]\ny = 1  # axiswise: ignore\n"
    )
    core(found())
    assert cli.main(["check", "train.py", "--format", "concise"]) == 1
    assert capsys.readouterr().out == (
        "train.py:1:8: note[unused-ignore] `ignore[conv-rank]` silences nothing on this line\n"
        "train.py:4:8: note[unused-ignore] `ignore` names no rule to silence\n"
    )
    assert cli.main(["check", "train.py", "--ignore", "unused-ignore"]) == 0
    assert cli.main(["check", "train.py", "--select", "linear-in-features"]) == 0
    core(found(target=replace(CHECKED, status="partial")))
    assert cli.main(["check", "train.py"]) == 0, "what was not run may still need its comment"


def test_rules_can_be_left_out(core: Core) -> None:
    core(found())
    assert cli.main(["check", "train.py", "--ignore", "linear-in-features"]) == 0
    assert cli.main(["check", "train.py", "--select", "conv-rank"]) == 0
    assert cli.main(["check", "train.py", "--select", "linear-in-features"]) == 1


# -- explain and run ---------------------------------------------------------------------------------------------------
def test_a_rule_is_explained_by_its_page(capsys: Output) -> None:
    assert cli.main(["explain", "linear-in-features"]) == 0
    short = capsys.readouterr().out
    assert short.startswith("# linear-in-features\n")
    assert "## Cases" not in short
    assert cli.main(["explain", "linear-in-features", "--all"]) == 0
    assert "## Cases" in capsys.readouterr().out
    assert cli.main(["explain", "linear-in-features", "--color", "always"]) == 0
    assert "\x1b[" in capsys.readouterr().out


def test_a_rule_that_is_not_there_is_told_with_the_nearest(capsys: Output) -> None:
    assert cli.main(["explain", "linear-in-featurs"]) == 2
    assert capsys.readouterr().err == (
        "axiswise: no rule is called 'linear-in-featurs'; the nearest is linear-in-features\n"
    )


def test_without_a_subject_the_rules_are_listed(capsys: Output) -> None:
    assert cli.main(["explain"]) == 0
    assert "\nlinear-in-features          A linear layer was built" in f"\n{capsys.readouterr().out}"


@pytest.mark.parametrize("by", ["argument", "stdin"])
def test_a_text_is_handed_on(by: str, capsys: Output, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    seen: list[tuple[str, Path]] = []

    def explain_text(text: str, root: Path) -> Report:
        seen.append((text, root))
        return Report(findings=(replace(FOUND, span=None, fixes=()),))

    monkeypatch.setitem(sys.modules, "axiswise.pasted", SimpleNamespace(explain_text=explain_text))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Error: caf\xe9")))
    assert cli.main(["explain", "-" if by == "stdin" else "Error: caf\ufffd"]) == 1
    assert seen == [("Error: caf\ufffd", folder)]
    assert capsys.readouterr().out.startswith("error[linear-in-features]: `f` takes 8\n")


def test_an_empty_text_is_refused(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" \n")))
    assert cli.main(["explain", "-"]) == 2
    assert "the text is empty" in capsys.readouterr().err


def test_run_hands_on_the_script_and_its_arguments(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    seen: list[tuple[str, list[str], bool]] = []

    def run(script: str, argv: list[str], *, audited: bool) -> int:
        seen.append((script, argv, audited))
        return 7

    monkeypatch.setitem(sys.modules, "axiswise.running", SimpleNamespace(run=run))
    assert cli.main(["run", "train.py", "--lr", "1", "--help"]) == 7
    assert cli.main(["run", "--audit", "train.py", "--audit"]) == 7
    assert seen == [("train.py", ["--lr", "1", "--help"], False), ("train.py", ["--audit"], True)]
    assert cli.main(["run", "gone.py"]) == 2
    assert capsys.readouterr().err == "axiswise: gone.py: no such file\n"


# -- the process -------------------------------------------------------------------------------------------------------
def test_an_interrupt_is_one_line(core: Core, capsys: Output) -> None:
    def check(targets: Sequence[str], options: Options) -> Report:
        raise KeyboardInterrupt

    core(check)
    assert cli.main(["check", "train.py"]) == 130
    assert capsys.readouterr().err == "axiswise: interrupted\n"


def test_a_reader_that_went_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    call = [sys.executable, "-m", "axiswise", "explain", "linear-in-features", "--all"]
    done = subprocess.run(call, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_what_the_terminal_has_no_character_for_is_written_out() -> None:
    program = (
        "import sys; from types import SimpleNamespace; from axiswise import cli; from axiswise.diagnosis import *\n"
        "found = Report(findings=(Diagnosis('r', 'gr\\u00f6\\u00dfe', None),))\n"
        "sys.modules['axiswise.pasted'] = SimpleNamespace(explain_text=lambda text, root: found)\n"
        "sys.exit(cli.main(['explain', 'a text']))"
    )
    environment = {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("error[r]: gr\\xf6\\xdfe\n")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_questions_about_itself_load_next_to_nothing(option: str) -> None:
    program = (
        "import sys; from axiswise.cli import main\n"
        f"try: main(['{option}'])\n"
        "except SystemExit as done: assert done.code == 0\n"
        "heavy = {'torch', 'numpy', 'rich', 'asyncio'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "axiswise" in done.stdout
