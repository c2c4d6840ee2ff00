from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiswise.diagnosis import Edit
from axiswise.origin import Span
from axiswise.source.edit import (
    StaleSource,
    apply,
    apply_to_disk,
    apply_to_text,
    changes,
    char_column,
    digest,
    split_lines,
    unified_diff,
)

LETTERS = st.sampled_from(list("ab =(,)#\t\f\v\x1c\x85\u2028éß漢🙂"))


def edit(line: int, start: int, end: int, text: str, path: str = "t.py", end_line: int | None = None) -> Edit:
    return Edit(Span(path, line, start, end_line or line, end), text)


def at(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, counted independently of the code under test."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)


@st.composite
def text_and_cuts(draw: st.DrawFn, ends: tuple[str, ...]) -> tuple[str, list[tuple[int, int, str]]]:
    """A text and disjoint (start, end, new text), never between the two characters of CRLF; the last line end stays."""
    chosen = draw(st.sampled_from(ends))
    lines = draw(st.lists(st.text(LETTERS, max_size=12), min_size=1, max_size=6))
    text = chosen.join(lines) + chosen
    places = [i for i in range(len(text) - len(chosen) + 1) if text[i - 1 : i + 1] != "\r\n"]
    bounds = sorted(draw(st.lists(st.sampled_from(places), max_size=8, unique=True)))
    cuts = [
        (start, end, draw(st.text(LETTERS | st.just("\n"), max_size=8)).replace("\n", chosen))
        for start, end in zip(bounds[::2], bounds[1::2], strict=False)
    ]
    return text, cuts


@given(text_and_cuts(("\n", "\r\n", "\r")))
def test_edits_and_their_inverses_give_the_same_bytes(drawn: tuple[str, list[tuple[int, int, str]]]) -> None:
    text, cuts = drawn
    edits = [Edit(Span("t.py", *at(text, start), *at(text, end)), new) for start, end, new in cuts]
    expected, shift, inverse = text, 0, []
    for start, end, new in cuts:
        expected = expected[: start + shift] + new + expected[end + shift :]
        inverse.append((start + shift, start + shift + len(new), text[start:end]))
        shift += len(new) - (end - start)
    changed = apply(text.encode(), reversed(edits))
    assert changed == expected.encode()

    back = [Edit(Span("t.py", *at(expected, start), *at(expected, end)), old) for start, end, old in inverse]
    assert apply(changed, back) == text.encode()


@given(st.text(LETTERS | st.sampled_from("\r\n"), max_size=40))
def test_lines_join_to_the_text_and_no_line_holds_an_end_within(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(set(line.rstrip("\r\n")).isdisjoint("\r\n") for line in lines)
    assert not lines[-1].endswith(("\r", "\n"))


@given(st.text(LETTERS, max_size=20), st.data())
def test_a_byte_offset_in_characters(line: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, len(line)))
    assert char_column(line, len(line[:column].encode())) == column


def test_mixed_line_ends_and_everything_else_stay() -> None:
    before = b"\xef\xbb\xbfa = 1\r\nb = 2\n\x0cc = 3\r\n# \xc3\xa9\t"
    after = apply(before, [edit(3, 5, 6, "30"), edit(1, 0, 0, "import x\n"), edit(2, 5, 5, "2\n")])
    assert after == b"\xef\xbb\xbfimport x\r\na = 1\r\nb = 22\n\n\x0cc = 30\r\n# \xc3\xa9\t"


def test_new_lines_take_the_end_of_the_line_they_stand_at() -> None:
    assert apply(b"a\r\nb\nc", [edit(1, 1, 1, "\nx")]) == b"a\r\nx\r\nb\nc"
    assert apply(b"a\r\nb\nc", [edit(2, 1, 1, "\r\nx")]) == b"a\r\nb\nx\nc"
    assert apply(b"a\r\nb\nc", [edit(3, 1, 1, "\nx")]) == b"a\r\nb\nc\r\nx"
    assert apply(b"", [edit(1, 0, 0, "x\n")]) == b"x\n"


def test_the_declared_encoding_is_used() -> None:
    before = "# -*- coding: latin-1 -*-\nname = 'é'; n = 4\n".encode("latin-1")
    assert apply(before, [edit(2, 16, 17, "8")]) == before.replace(b"4", b"8")
    with pytest.raises(ValueError, match="cannot be written in iso-8859-1"):
        apply(before, [edit(2, 16, 17, "漢")])


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"x = '\xff'\n", "by its encoding"), (b"# coding: no-such\n", "by its encoding"), (b"\x80\x00\xfe", "encoding")],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        apply(data, [])


def test_insertions_at_one_place_stand_in_order_and_before_what_is_replaced_there() -> None:
    edits = [edit(1, 0, 1, "X"), edit(1, 0, 0, "1"), edit(1, 0, 0, "2"), edit(1, 1, 1, "3")]
    assert apply_to_text("ab", edits) == "12X3b"


@pytest.mark.parametrize(
    "edits",
    [
        [edit(1, 0, 3, ""), edit(1, 2, 4, "")],
        [edit(1, 0, 3, ""), edit(1, 1, 1, "x")],
        [edit(1, 0, 3, "x"), edit(1, 0, 3, "x")],
    ],
)
def test_overlapping_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlap at line 1"):
        apply(b"abcdef\n", edits)


@pytest.mark.parametrize(
    "wrong",
    [edit(4, 0, 0, ""), edit(0, 0, 0, ""), edit(1, 4, 4, ""), edit(1, -1, 0, ""), edit(2, 0, 1, "", end_line=1)],
)
def test_spans_outside_the_text_are_refused(wrong: Edit) -> None:
    with pytest.raises(ValueError, match=r"is not in|ends before"):
        apply(b"abc\r\nde\n", [wrong])


def test_the_patch_is_one_that_git_applies(tmp_path: Path) -> None:
    before = "import torch\r\nx = 1\ny = 2"
    after = "import torch\r\nx = 10\ny = 20"
    file = tmp_path / "t.py"
    file.write_bytes(before.encode())
    patch = unified_diff("t.py", before, after)
    assert "\\ No newline at end of file\n" in patch
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)
    assert file.read_bytes() == after.encode()
    assert unified_diff("t.py", before, before) == ""


def test_files_are_written_whole_through_links_with_their_mode(tmp_path: Path) -> None:
    file, link = tmp_path / "real.py", tmp_path / "link.py"
    file.write_bytes(b"n = 4\r\n")
    file.chmod(0o640)
    link.symlink_to(file)
    path = str(link)
    (done,) = apply_to_disk([edit(1, 4, 5, "8", path)], {path: digest(b"n = 4\r\n")})
    assert (done.path, done.edits, done.after) == (path, 1, b"n = 8\r\n")
    assert file.read_bytes() == b"n = 8\r\n"
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link.py", "real.py"]


def test_a_file_that_changed_since_is_left_and_so_are_the_others(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_bytes(b"a\n")
    two.write_bytes(b"b\n")
    edits = [edit(1, 0, 1, "X", str(one)), edit(1, 0, 1, "Y", str(two))]
    expected = {str(one): digest(b"a\n"), str(two): digest(b"another\n")}
    with pytest.raises(StaleSource, match=r"two\.py has changed"):
        apply_to_disk(edits, expected)
    with pytest.raises(StaleSource, match=r"one\.py has changed"):
        changes(edits, {})
    assert (one.read_bytes(), two.read_bytes()) == (b"a\n", b"b\n")


def test_a_file_that_may_not_be_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.py"
    file.write_bytes(b"a\n")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError, match="Permission denied"):
        apply_to_disk([edit(1, 0, 1, "X", str(file))], {str(file): digest(b"a\n")})
    assert file.read_bytes() == b"a\n"


def test_a_failed_replacement_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.py"
    file.write_bytes(b"a\n")

    def full(source: str, target: object) -> None:
        raise OSError(28, "No space left on device", source)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        apply_to_disk([edit(1, 0, 1, "X", str(file))], {str(file): digest(b"a\n")})
    assert os.listdir(tmp_path) == ["t.py"]
