from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from axiswise.diagnosis import Diagnosis, Edit, Fix, Limit, Note, Report, Target
from axiswise.origin import Span
from axiswise.render import RenderOptions, renderer
from tests.render.reports import LINEAR, PASTED, REPORT, RESIZED, SOFTMAX, TRAIN, span


@pytest.fixture(autouse=True)
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "train.py"
    file.write_text(TRAIN, "utf-8")
    return file


def full(*findings: Diagnosis, **options: object) -> str:
    return renderer("full")(Report(findings=findings), RenderOptions(**options))  # type: ignore[arg-type]


def test_the_whole_report() -> None:
    assert renderer("full")(REPORT, RenderOptions()) == (
        """\
warning[softmax-batch]: `torch.softmax` normalises over the batch
  --> train.py:15:16
15 |     return torch.softmax(x, 0)
   |            ^^^^^^^^^^^^^^^^^^^ axis 0 of (batch, 120)
help: choice 1 of 2: normalise over the classes  [verified for batch 32 and 8]
15 | - return torch.softmax(x, 0)
15 | + return torch.softmax(x, -1)
help: choice 2 of 2: leave it to the loss  [verified]
15 | - return torch.softmax(x, 0)
15 | + return x
   = 1 other way: --all

error[linear-in-features]: `self.fc1` takes 400 features, but `x` has 256
  --> train.py:14:13
14 |     x = self.fc1(x)
   |         ^^^^^^^^^^^ x: (batch, 256) · fc1: 400 -> 120
note: 256 = 16 x 4 x 4, from the flatten at train.py:13
help: build fc1 with 256 inputs  [verified for every batch >= 1]
 9 | - self.fc1 = nn.Linear(400, 120)
 9 | + self.fc1 = nn.Linear(256, 120)
   = 2 other ways: --all
   = axiswise explain linear-in-features

error[broadcast-mismatch]: sizes 3 and 4 do not broadcast
  (3,) · (4,)
  = axiswise explain broadcast-mismatch

partial: other.py: line 5 reads a value
2 errors and 1 warning in 2 targets; 42 operations checked in 0.5 s; 1
  assumption: --verbose
"""
    )


def test_everything_that_can_be_asked_for() -> None:
    assert full(LINEAR, show_all=True, verbose=True) == (
        """\
error[linear-in-features]: `self.fc1` takes 400 features, but `x` has 256
  --> train.py:14:13
14 |     x = self.fc1(x)
   |         ^^^^^^^^^^^ x: (batch, 256) · fc1: 400 -> 120
note: 256 = 16 x 4 x 4, from the flatten at train.py:13
note: raised RuntimeError: mat1 and mat2 shapes cannot be multiplied
note: in the layer fc1
help: build fc1 with 256 inputs  [verified for every batch >= 1]
 9 | - self.fc1 = nn.Linear(400, 120)
 9 | + self.fc1 = nn.Linear(256, 120)
help: pad the features  [not verified]
14 | - x = self.fc1(x)
14 | + x = self.fc1(pad(x))
help: train at 12 x 12 pixels
   = axiswise explain linear-in-features
"""
    )


def test_what_was_checked_is_told_with_its_inputs_and_assumptions() -> None:
    shown = renderer("full")(replace(REPORT, findings=()), RenderOptions(verbose=True))
    assert shown == (
        """\
inputs (inferred): x: Float[batch 3 32 32]
partial: other.py: line 5 reads a value
assumed: `flag` is true
nothing found in the part that was checked of 2 targets; 42 operations checked
  in 0.5 s
"""
    )


@pytest.mark.parametrize(
    ("targets", "line"),
    [
        ((Target("a.py", "checked", ops=1, seconds=2.04),), "nothing found in a.py; 1 operation checked in 2.0 s"),
        ((Target("a.py", "skipped", "no torch"),), "skipped: a.py: no torch\nnothing was checked"),
        ((Target("a.py", "failed"),), "failed: a.py: no reason was given\nnothing was checked"),
        ((), "nothing found"),
    ],
)
def test_coverage_is_never_rounded_up(targets: tuple[Target, ...], line: str) -> None:
    assert renderer("full")(Report(targets), RenderOptions()) == f"{line}\n"


def test_without_the_file_the_finding_is_still_told(source: Path) -> None:
    source.unlink()
    assert full(replace(LINEAR, notes=(), fixes=(RESIZED,))) == (
        """\
error[linear-in-features]: `self.fc1` takes 400 features, but `x` has 256
  --> train.py:14:13
   | x: (batch, 256) · fc1: 400 -> 120
help: build fc1 with 256 inputs  [verified for every batch >= 1]
 9 | + 256
   = axiswise explain linear-in-features
"""
    )


def test_where_another_line_raises_it_is_shown_with_the_shapes_there() -> None:
    note = Note("raised here", span(14, 12, 23))
    wrong = replace(LINEAR, span=span(9, 29, 32), notes=(note,), fixes=())
    assert full(wrong) == (
        """\
error[linear-in-features]: `self.fc1` takes 400 features, but `x` has 256
  --> train.py:9:30
 9 |     self.fc1 = nn.Linear(400, 120)
   |                          ^^^
note: raised here
  --> train.py:14:13
14 |     x = self.fc1(x)
   |         ^^^^^^^^^^^ x: (batch, 256) · fc1: 400 -> 120
   = axiswise explain linear-in-features
"""
    )


def test_a_label_without_room_goes_below_the_caret() -> None:
    long = replace(SOFTMAX, fixes=(), label="axis 0 of (batch, classes), which is the batch, not the classes")
    assert full(long) == (
        """\
warning[softmax-batch]: `torch.softmax` normalises over the batch
  --> train.py:15:16
15 |     return torch.softmax(x, 0)
   |            ^^^^^^^^^^^^^^^^^^^
   |            axis 0 of (batch, classes), which is the batch, not the classes
"""
    )


def test_wide_characters_and_tabs_keep_the_caret_in_place(source: Path) -> None:
    source.write_text('\tif 真:\n\t\t名前 = "漢字🙂"; y = f(名前)\n', "utf-8")
    finding = Diagnosis("r", "m", Span("train.py", 2, 2 + 18, 2, 2 + 18 + 2), "here")
    _, _, line, caret = full(finding).splitlines()
    assert (line, caret) == ('2 |     名前 = "漢字🙂"; y = f(名前)', "  |                            ^^^^ here")
    assert cell_len(line.partition("f(")[0] + "f(") == len(caret.partition("^")[0])


def test_a_long_line_is_cut_around_the_caret(source: Path) -> None:
    source.write_text(f"x = [{', '.join(map(str, range(100)))}]; y = x @ w\n", "utf-8")
    start = source.read_text().index("x @ w")
    _, _, line, caret = full(Diagnosis("r", "m", span(1, start, start + 5))).splitlines()
    assert len(line) <= 80
    at = caret.index("^")
    assert line[at : at + caret.count("^")] == "x @ w"
    assert "..." in line


def test_a_span_over_lines_is_underlined_to_the_end_of_its_first(source: Path) -> None:
    source.write_text("y = f(\n    x,\n)\n", "utf-8")
    shown = full(Diagnosis("r", "m", Span("train.py", 1, 4, 3, 1)))
    assert shown.splitlines()[2:] == ["1 | y = f(", "  |     ^^"]


def test_a_fix_in_another_file_names_it(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("WIDTH = 8\n")
    edits = (Edit(span(1, 8, 9, "model.py"), "16"), Edit(Span("train.py", 3, 0, 3, 0), "import math\n"))
    shown = full(replace(LINEAR, notes=(), fixes=(Fix("widen", edits),)))
    assert (
        """\
help: widen  [not verified]
  --> model.py
 1 | - WIDTH = 8
 1 | + WIDTH = 16
 3 | + import math
"""
        in shown
    )


def test_a_note_does_not_repeat_a_place_it_names() -> None:
    notes = (Note("400 is written at train.py:9", span(9, 29, 32)), Note("raised here", span(14, 0, 1)))
    shown = full(replace(LINEAR, notes=notes))
    assert "note: 400 is written at train.py:9\nnote: raised here\n" in shown


def test_a_long_patch_is_cut_unless_all_is_asked_for() -> None:
    fix = Fix("grow", (Edit(span(14, 8, 8), "\n".join(f"a{i} = {i}" for i in range(20)) + "\n"),))
    assert "10 more lines: --all\n" in full(replace(LINEAR, fixes=(fix,)))
    assert "more lines" not in full(replace(LINEAR, fixes=(fix,)), show_all=True)


def test_words_are_wrapped_at_the_width() -> None:
    long = replace(PASTED, message="the sizes of these two tensors " * 5, label="")
    lines = full(long, width=50).splitlines()
    assert max(map(len, lines)) <= 50
    assert lines[1].startswith("  the sizes") or lines[1].startswith("  sizes") or lines[1].startswith("  ")


def test_terminal_control_does_not_reach_the_terminal(source: Path) -> None:
    source.write_text("x = '\x1b[31m\u202e'\n", "utf-8")
    shown = full(replace(LINEAR, message="\x1b]0;gone\x07 and\nback", span=span(1, 0, 4)))
    assert "\x1b" not in shown
    assert shown.startswith("error[linear-in-features]: \\x1b]0;gone\\x07 and back\n")
    assert r"x = '\x1b[31m\u202e'" in shown


def test_colour_adds_styles_and_changes_no_word() -> None:
    import re

    painted = full(LINEAR, color=True)
    assert "\x1b[1;31merror[linear-in-features]\x1b[0m" in painted
    assert "\x1b[32m+ self.fc1 = nn.Linear(256, 120)\x1b[0m" in painted
    lines = [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", painted).splitlines()]
    assert lines == full(LINEAR).splitlines()


MODELS = (
    Target(
        "net.py::Net",
        "checked",
        inputs={"ids": "Int[batch time]", "mask": "Bool[batch time]"},
        inferred=True,
        holds_for=("batch >= 1", "time <= 128"),
        limits=(
            Limit("time <= 128", {"time": 129}, "`x` has 129 along time", "zeros", Span("net.py", 7, 4, 7, 9)),
            Limit("time >= 3", {"time": 2}, "a kernel of 3", span=Span("net.py", 9, 4, 9, 9)),
            Limit("batch*time >= 4", {"batch": 1, "time": 3}, "a kernel of 4", span=Span("net.py", 9, 4, 9, 9)),
        ),
        ops=8,
        seconds=0.5,
    ),
    Target("net.py::Loop", "checked", inputs={"x": "Float[batch 3]"}, tried_only="a size depends on values", ops=1),
    Target("net.py::Needs", "skipped", "needs `path`"),
)


def test_models_are_told_with_their_sizes_and_counted() -> None:
    shown = renderer("full")(Report(MODELS), RenderOptions())
    assert shown == (
        """\
checked: net.py::Net(ids: Int[batch time], mask: Bool[batch time])
  for every batch, time <= 128
  time <= 128, from zeros at net.py:7; fails at time 129
  time >= 3, batch*time >= 4, from net.py:9; fails at time 2, batch 1 and time 3
checked: net.py::Loop(x: Float[batch 3])
  tried at some sizes only: a size depends on values
skipped: net.py::Needs: needs `path`
nothing found in 3 models: 2 checked, 1 skipped; 9 operations checked in 0.5 s
"""
    )
    told = renderer("full")(Report(MODELS[:1]), RenderOptions(verbose=True))
    assert "\ninputs (inferred): ids: Int[batch time], mask: Bool[batch time]\n" in told
    assert "fails at time 129: `x` has 129 along time" in " ".join(told.split())
    sent = MODELS[0].to_json()["limits"][0]
    assert sent == {
        "text": "time <= 128",
        "fails_at": {"time": 129},
        "message": "`x` has 129 along time",
        "source": "zeros",
        "path": "net.py",
        "line": 7,
    }
