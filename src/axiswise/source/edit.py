"""Edits of the user's files: bytes in, bytes out, and every byte that no edit names stays as it was.

Lines count from 1 and end at LF, CRLF or CR, as Python counts them; columns count from 0, in characters.
"""

from __future__ import annotations

import codecs
import difflib
import hashlib
import io
import os
import re
import stat
import tempfile
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from axiswise.diagnosis import Edit

_END = re.compile(r"(\r\n|\r|\n)")


class StaleSource(ValueError):
    """A file is no longer the one that was checked."""


def char_column(line: str, byte_offset: int) -> int:
    """Return a UTF-8 byte offset within a line (Python's `col_offset`) in characters."""
    return byte_offset if line.isascii() else len(line.encode()[:byte_offset].decode(errors="ignore"))


def digest(data: bytes) -> str:
    """Return what a file's content is recognised by."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A Python file's text with what is needed to write it back: its encoding and the bytes of its byte order mark."""

    text: str
    encoding: str
    mark: bytes

    @classmethod
    def of(cls, data: bytes) -> Decoded:
        """Decode by byte order mark or PEP 263 declaration.

        Raises:
            ValueError: The encoding is unknown, does not fit the bytes, or would not give them back.
        """
        try:
            declared, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            mark = codecs.BOM_UTF8 if declared == "utf-8-sig" else b""
            encoding = "utf-8" if mark else declared
            text = data[len(mark) :].decode(encoding)
        except (SyntaxError, UnicodeDecodeError, LookupError) as error:
            raise ValueError(f"cannot be read by its encoding: {error}") from error
        decoded = cls(text, encoding, mark)
        if decoded.encoded(text) != data:
            raise ValueError(f"its encoding, {encoding}, does not give its bytes back")
        return decoded

    def encoded(self, text: str) -> bytes:
        """Return a text as bytes of this file.

        Raises:
            ValueError: The file's encoding has no place for a character.
        """
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise ValueError(f"{error.object[error.start]!r} cannot be written in {self.encoding}") from error


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends; the last one has none (and may be empty)."""
    pieces = _END.split(text)
    return [line + end for line, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True)]


def _offset(starts: list[int], lines: list[str], line: int, column: int) -> int:
    if not 1 <= line <= len(lines):
        raise ValueError(f"line {line} is not in the text, which has {len(lines)}")
    length = len(lines[line - 1].rstrip("\r\n"))
    if not 0 <= column <= length:
        raise ValueError(f"column {column} is not in line {line}, which has {length}")
    return starts[line - 1] + column


def _line_end(lines: list[str], line: int) -> str:
    """Return the end that a new line takes there: that line's own, else the first of the file."""
    for candidate in (lines[line - 1], lines[0]):
        found = _END.search(candidate)
        if found:
            return found.group()
    return "\n"


def apply_to_text(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with edits applied; line ends of new text become the file's own.

    Insertions at one place stand in the order given.

    Raises:
        ValueError: Edits overlap, or a span is not in the text.
    """
    lines = split_lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    places: list[tuple[int, int, str]] = []
    for edit in edits:
        span = edit.span
        start = _offset(starts, lines, span.line, span.column)
        end = _offset(starts, lines, span.end_line, span.end_column)
        if end < start:
            raise ValueError(f"a span ends before it begins, at line {span.line}")
        places.append((start, end, _END.sub(_line_end(lines, span.line), edit.text)))
    places.sort(key=lambda place: place[:2])
    parts: list[str] = []
    done = 0
    for start, end, new in places:
        if start < done:
            raise ValueError(f"edits overlap at line {text.count(chr(10), 0, start) + 1}")
        parts += (text[done:start], new)
        done = end
    return "".join((*parts, text[done:]))


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return a file's bytes with edits applied.

    Raises:
        ValueError: Edits overlap, a span is not in the text, or the encoding stands in the way.
    """
    decoded = Decoded.of(data)
    return decoded.encoded(apply_to_text(decoded.text, edits))


def unified_diff(path: str, before: str, after: str) -> str:
    """Return a patch of one file that `git apply` and `patch -p1` read; empty where nothing changes."""
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    source, target = (path, path) if os.path.isabs(path) else (f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(old, new, source, target)
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What was done, or would be done, to one file."""

    path: str
    before: bytes
    after: bytes
    edits: int

    def diff(self) -> str:
        """Return the change as a patch."""
        return unified_diff(self.path, Decoded.of(self.before).text, Decoded.of(self.after).text)


def changes(edits: Iterable[Edit], expected: Mapping[str, str]) -> list[Change]:
    """Return what edits would do to the files they name, and write nothing.

    Args:
        edits: Edits of any number of files.
        expected: Path to digest, for every file that may be changed.

    Raises:
        StaleSource: A file is not the one whose digest is expected.
        ValueError: Edits overlap, a span is not in the text, or the encoding stands in the way.
        OSError: A file cannot be read.
    """
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.span.path, []).append(edit)
    found: list[Change] = []
    for path, group in by_path.items():
        data = Path(path).read_bytes()
        if expected.get(path) != digest(data):
            raise StaleSource(f"{path} has changed since it was checked")
        found.append(Change(path, data, apply(data, group), len(group)))
    return found


def apply_to_disk(edits: Iterable[Edit], expected: Mapping[str, str]) -> list[Change]:
    """Write edits to the files they name: all are computed before the first is written, each is replaced whole.

    Symbolic links stay and the file behind them changes; modes are kept.

    Raises:
        StaleSource: A file is not the one whose digest is expected.
        ValueError: Edits overlap, a span is not in the text, or the encoding stands in the way.
        OSError: A file cannot be read or written.
    """
    found = changes(edits, expected)
    for change in found:
        if not os.access(change.path, os.W_OK):  # replacing a file asks its folder only
            raise PermissionError(13, "Permission denied", change.path)
    for change in found:
        _replace(Path(os.path.realpath(change.path)), change.after)
    return found


def _replace(path: Path, data: bytes) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(scratch, mode)
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise
