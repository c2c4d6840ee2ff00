"""Tracebacks in a log: plain and chained, IPython's, pytest's, with prefixes and colours, whole or cut short.

Whatever stands before `Traceback (most recent call last)` on its line (a time, a rank, a container's name) is taken
for the log's prefix and removed from the lines below, any digits in its places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

LONGEST_LINE = 2000
"""Characters of a line that its kind is told from; a message keeps all of them."""

LONGEST_MESSAGE = 2000
"""Lines of one message."""

_COLOUR = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\))|(?<!\w)\[[01]m|\[0m")
_HEADER = re.compile(r"^(.{0,300}?)(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\)(:?)")
_RANK = re.compile(r"(?:rank|pid|worker|process|proc|gpu|node)\W{0,2}(\d{1,9})", re.IGNORECASE)
_FRAME = re.compile(r'^(.{0,300}?)\bFile "([^"]{1,1000})", line (\d{1,9})(?:,? in (.{1,300}))?')
_FILE_LINE = re.compile(r"^File ([^\"]{1,500}?):(\d{1,9})(?:, in (.{1,300}))?\s*$")
_CELL = re.compile(r"^(?:Cell|Input) In ?\[(\d{1,9})\],? (?:line (\d{1,9})|in (.{1,300}?))(?:, in (.{1,300}?))?:?\s*$")
_OLD_FILE = re.compile(r"^(\S{1,500}?\.pyx?|<ipython-input-[^>]{1,200}>) in (.{1,300})$")
_ARROW = re.compile(r"^\s{0,4}-{1,10}>\s{0,6}(\d{1,9})(?:\s(.{0,1900}))?$")
_CONTEXT = re.compile(r"^\s{0,9}\d{1,9}(?:\s|$)")
_MARKER = re.compile(r"^[\s~^]*[~^][\s~^]*$")
_NAME = r"(?:[A-Za-z_][\w.]{0,200}\.)?[A-Za-z_]\w{0,100}"
_RAISED = re.compile(rf"^({_NAME})(?::(?:\s(.*))?)?\s*$", re.DOTALL)
_BARE = re.compile(
    r"(?:^|[\s\]|>])((?:[A-Za-z_]\w{0,100}\.){0,8}[A-Z]\w{0,100}(?:Error|Exception)): (\S.*)$", re.DOTALL
)
_WARNED = re.compile(r"^((?:[A-Za-z]:)?[^:\n\"]{1,500}\.py):(\d{1,9}): (\w{1,100}Warning): (.*)$", re.DOTALL)
_PYTEST_PLACE = re.compile(
    r"^((?:[A-Za-z]:)?[^:\n\"\s][^:\n\"]{0,500}?\.py):(\d{1,9}):(?: in (\S.{0,300})| ?([\w.]{1,100})|)\s*$"
)
_PYTEST_ERROR = re.compile(rf"^E\s{{1,12}}({_NAME}(?:Error|Exception|Warning|Interrupt)):? ?(.*)$", re.DOTALL)
_PYTEST_TITLE = re.compile(r"^_{4,} .{1,300} _{4,}$")
_DEFINITION = re.compile(r"^\s*(?:async )?def (\w{1,200})\(")
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")


@dataclass(frozen=True, slots=True)
class LoggedFrame:
    """One frame of a traceback as a log shows it; its function and text are empty where the log does not show them.

    `columns` is the stretch of the text that Python's marker line (`~~~^^^`) points out, the end excluded.
    """

    path: str
    line: int
    function: str = ""
    text: str = ""
    columns: tuple[int, int] | None = None


@dataclass(slots=True)
class LoggedError:
    """An exception as a log shows it.

    Attributes:
        type: Its class as written (`RuntimeError`, `einops.EinopsError`); empty where the log is cut short.
        message: Its text, every line of it.
        frames: Outermost first.
        line: The line of the log at which it begins, from 1.
        end: The line after its last one.
        chain: The number of the chain it belongs to: exceptions raised from or while handling one another share it.
    """

    type: str
    message: str
    frames: tuple[LoggedFrame, ...]
    line: int
    end: int
    chain: int = 0


@dataclass(slots=True)
class _Open:
    """A traceback that is being read."""

    line: int
    frames: list[LoggedFrame] = field(default_factory=list[LoggedFrame])
    indent: int = 0

    def add(self, path: str, line: int, function: str = "") -> None:
        self.frames.append(LoggedFrame(path.strip(), line, (function or "").strip()))

    def show(self, text: str, line: int | None = None) -> None:
        """Give the last frame its text, unless it has one."""
        if self.frames and not self.frames[-1].text:
            self.frames[-1] = replace(self.frames[-1], line=line or self.frames[-1].line, text=text.strip())
            self.indent = len(text) - len(text.lstrip())

    def mark(self, marker: str) -> None:
        """Note which part of its text the last frame's marker line points out."""
        start, end = len(marker) - len(marker.lstrip()) - self.indent, len(marker.rstrip()) - self.indent
        if self.frames and self.frames[-1].columns is None and 0 <= start < end <= len(self.frames[-1].text):
            self.frames[-1] = replace(self.frames[-1], columns=(start, end))


def without_colours(text: str) -> str:
    """Return a text without terminal escapes."""
    # Text copied from a page has lost the first character of each.
    return _COLOUR.sub("", text) if "\x1b" in text or "[0m" in text else text


def read_log(text: str) -> list[LoggedError]:
    """Return every exception in a log, in order of appearance."""
    return _Log(without_colours(text)).errors()


class _Log:
    def __init__(self, text: str) -> None:
        self.lines = [line.rstrip("\r") for line in text.split("\n")]
        self.at = 0
        self.chain = 0
        self.joined = False

    def errors(self) -> list[LoggedError]:
        found: list[LoggedError] = []
        pytest = _Open(0)
        shown = defined = ""
        while self.at < len(self.lines):
            line = self.lines[self.at][:LONGEST_LINE]
            error: LoggedError | None = None
            if not line:
                self.at += 1
                continue
            if match := _HEADER.match(line):
                kind = match[1].strip()
                if not match[2] and re.fullmatch(_NAME, kind):
                    error = self._notebook(kind)
                else:
                    error = self._plain(match[1])
            elif (match := _FRAME.match(line)) and match[1].endswith("  "):
                error = self._plain(match[1][:-2], headless=True)
            elif match := _WARNED.match(line):
                error = self._warning(match)
            elif match := _PYTEST_ERROR.match(self.lines[self.at]):
                error = self._pytest(match, pytest, shown, defined)
                pytest, shown = _Open(0), ""
            elif match := _PYTEST_PLACE.match(line):
                pytest.line = pytest.line or self.at + 1
                pytest.add(match[1], int(match[2]), match[3] or defined)
                if not match[3]:
                    pytest.show(shown)
                elif self.at + 1 < len(self.lines) and self.lines[self.at + 1][:1] == " ":
                    pytest.show(self.lines[self.at + 1])
                shown = defined = ""
            elif match := _BARE.search(line):
                error = self._bare(match)
            elif line.startswith("> "):
                shown = line[1:]
            elif match := _DEFINITION.match(line):
                defined = match[1]
            elif _PYTEST_TITLE.match(line):
                pytest, shown, defined = _Open(0), "", ""
            elif any(words in line for words in _CHAINED):
                self.joined = bool(found)
            if error is None:
                self.at += 1
                continue
            if not self.joined:
                self.chain += 1
            self.joined = False
            error.chain = self.chain
            found.append(error)
        return found

    # -- plain tracebacks ----------------------------------------------------------------------------------------------
    def _plain(self, prefix: str, headless: bool = False) -> LoggedError:
        opened = _Open(self.at + 1)
        self.at += not headless
        pattern = re.compile(re.sub(r"\d+", r"\\d+", re.escape(prefix))) if prefix.strip() else None
        return self._frames(opened, prefix, pattern)

    def _stripped(self, prefix: str, pattern: re.Pattern[str] | None) -> str | None:
        """Return the current line without the prefix, or None where another process wrote it."""
        line = self.lines[self.at]
        if pattern is None:
            return line[len(prefix) :] if prefix and line.startswith(prefix) else line
        match = pattern.match(line[:LONGEST_LINE])
        if match is None:
            bare = prefix.rstrip()
            return "" if line.rstrip() == bare else line
        mine, its = _RANK.search(prefix), _RANK.search(match[0])
        return None if mine and its and mine[1] != its[1] else line[match.end() :]

    def _frames(self, opened: _Open, prefix: str, pattern: re.Pattern[str] | None) -> LoggedError:
        while self.at < len(self.lines):
            line = self._stripped(prefix, pattern)
            if line is None or not line.strip():
                if line is not None and opened.frames and not self._goes_on():
                    break
                self.at += 1
                continue
            head = line[:LONGEST_LINE]
            match = _FRAME.match(head)
            if match and not match[1].strip("|+- \t"):
                opened.add(match[2], int(match[3]), match[4] or "")
            elif head[0] in " \t":
                (opened.mark if _MARKER.match(head) else opened.show)(head)
            elif raised := _RAISED.match(line):
                return self._raised(opened, raised, prefix, pattern)
            else:
                break
            self.at += 1
        return LoggedError("", "", tuple(opened.frames), opened.line, self.at + 1)

    def _goes_on(self) -> bool:
        """Whether the line after a blank one still belongs to a traceback."""
        following = self.lines[self.at + 1][:LONGEST_LINE] if self.at + 1 < len(self.lines) else ""
        return bool(_FRAME.match(following))

    def _raised(
        self, opened: _Open, raised: re.Match[str], prefix: str, pattern: re.Pattern[str] | None
    ) -> LoggedError:
        message = [raised[2] or ""]
        self.at += 1
        while self.at < len(self.lines) and len(message) < LONGEST_MESSAGE:
            line = self._stripped(prefix, pattern)
            if line is None:
                self.at += 1
                continue
            own = pattern is not None and pattern.match(self.lines[self.at][:LONGEST_LINE]) is not None
            head = line[:LONGEST_LINE]
            if not line.strip() or _HEADER.match(head) or _FRAME.match(head):
                break
            if head[0] not in " \t" and (not own or _RAISED.match(head)):
                break
            message.append(line)
            self.at += 1
        return LoggedError(raised[1], "\n".join(message).strip(), tuple(opened.frames), opened.line, self.at + 1)

    # -- notebooks -----------------------------------------------------------------------------------------------------
    def _notebook(self, kind: str) -> LoggedError:
        opened = _Open(self.at + 1)
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at]
            head = line[:LONGEST_LINE].rstrip()
            if match := _FILE_LINE.match(head):
                opened.add(match[1], int(match[2]), match[3] or "")
            elif match := _CELL.match(head):
                opened.add(f"Cell In[{match[1]}]", int(match[2] or 0), match[4] or match[3] or "")
            elif match := _OLD_FILE.match(head):
                opened.add(match[1], 0, match[2])
            elif match := _FRAME.match(head):
                opened.add(match[2], int(match[3]), match[4] or "")
            elif match := _ARROW.match(head):
                opened.show(match[2] or "", int(match[1]))
            elif (raised := _RAISED.match(line)) and raised[1].rpartition(".")[2] == kind.rpartition(".")[2]:
                return self._raised(opened, raised, "", None)
            elif _HEADER.match(head) or any(words in head for words in _CHAINED) or _left_notebook(head):
                break
            self.at += 1
        return LoggedError(kind, "", tuple(opened.frames), opened.line, self.at + 1)

    # -- pytest, warnings, single lines --------------------------------------------------------------------------------
    def _pytest(self, raised: re.Match[str], opened: _Open, shown: str, defined: str) -> LoggedError:
        opened.line = opened.line or self.at + 1
        message = [raised[2]]
        self.at += 1
        while self.at < len(self.lines) and re.match(r"E(?:\s|$)", self.lines[self.at]):
            message.append(re.sub(r"^E {0,8}", "", self.lines[self.at]))
            self.at += 1
        for ahead in range(self.at, min(self.at + 3, len(self.lines))):
            place = _PYTEST_PLACE.match(self.lines[ahead][:LONGEST_LINE])
            if place and place[4]:
                opened.add(place[1], int(place[2]), defined)
                opened.show(shown)
                self.at = ahead + 1
                break
        return LoggedError(raised[1], "\n".join(message).strip(), tuple(opened.frames), opened.line, self.at + 1)

    def _warning(self, match: re.Match[str]) -> LoggedError:
        line = self.at + 1
        self.at += 1
        text = ""
        if self.at < len(self.lines) and self.lines[self.at][:2] == "  ":
            text = self.lines[self.at][:LONGEST_LINE].strip()
            self.at += 1
        return LoggedError(
            match[3], match[4].strip(), (LoggedFrame(match[1], int(match[2]), "", text),), line, self.at + 1
        )

    def _bare(self, match: re.Match[str]) -> LoggedError:
        line = self.at + 1
        message = [self.lines[self.at][match.start(2) :]]
        self.at += 1
        while self.at < len(self.lines) and self.lines[self.at][:1] in (" ", "\t") and len(message) < LONGEST_MESSAGE:
            if not self.lines[self.at].strip() or _FRAME.match(self.lines[self.at][:LONGEST_LINE]):
                break
            message.append(self.lines[self.at])
            self.at += 1
        return LoggedError(match[1], "\n".join(message).strip(), (), line, self.at + 1)


def _left_notebook(head: str) -> bool:
    """Whether a line can no longer belong to a notebook's traceback."""
    return bool(head) and head[0] not in " \t(" and not _CONTEXT.match(head)
