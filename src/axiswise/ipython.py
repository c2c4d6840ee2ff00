"""IPython and Jupyter: explain what a cell raises, from a replay of the cells that were run so far."""

from __future__ import annotations

import ast
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from axiswise.diagnosis import Diagnosis, Report
from axiswise.live import Program, explained
from axiswise.origin import Span
from axiswise.running import FRAMEWORKS, MARK, shown, told, write
from axiswise.source.text import Sources

SCRIPT = "axiswise_session.py"
_PLACE = re.compile(rf"[^\s`'\"]*{re.escape(SCRIPT)}:(\d+)")
_CELL_MAGIC = re.compile(r"^get_ipython\(\)\.run_cell_magic\('(?:time|timeit|capture|prun)', ")
_LINE_MAGIC = re.compile(r"^\s*(get_ipython\(\)\.run_line_magic\('(?:time|timeit|prun)', .*\))\s*$")


class Watching:
    """Told by a shell of each cell that has run. Keeps how far the failed ones came."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.cut: dict[int, int] = {}
        self.folder = tempfile.TemporaryDirectory(prefix="axiswise-session-")

    def cell_ran(self, result: Any) -> None:
        """Explain a cell's exception, beneath its traceback."""
        error = result.error_in_exec
        if error is None:
            return
        try:
            text = explanation_in(self.shell, error)
        except KeyboardInterrupt:
            return
        except Exception as fault:
            text = told(fault)
        self._remember_failure(result.execution_count, error)
        if text:
            write(text, sys.stdout)

    def _remember_failure(self, number: int | None, error: BaseException) -> None:
        names = code_names(self.shell)
        traceback = error.__traceback__
        while traceback is not None:
            if number is not None and names.get(traceback.tb_frame.f_code.co_filename) == number:
                self.cut[number] = traceback.tb_lineno
                return
            traceback = traceback.tb_next


_watching: list[Watching] = []


def install_in(shell: Any) -> None:
    """Add the explanation beneath the traceback of every cell that raises a shape error."""
    if not any(each.shell is shell for each in _watching):
        _watching.append(Watching(shell))
        shell.events.register("post_run_cell", _watching[-1].cell_ran)


def code_names(shell: Any) -> Mapping[str, int]:
    """Return the numbers of the cells by the names that their code goes by in tracebacks."""
    return getattr(shell.compile, "_filename_map", {})


def explanation_in(shell: Any, error: BaseException) -> str:
    """Return the text to show beneath a cell's traceback, empty where the exception is not about shapes."""
    if not any(name in sys.modules for name in FRAMEWORKS) or MARK in vars(error):
        return ""
    watching = next((each for each in _watching if each.shell is shell), None) or Watching(shell)
    session = Session.of(shell, watching)
    report = explained(error, session.program, sources=Sources(session.named))
    if report is None:
        return ""
    vars(error)[MARK] = True
    return shown(session.in_cells(report), sys.stdout).replace(f"{session.folder}{os.sep}", "")


@dataclass(frozen=True, slots=True)
class Session:
    """A session's cells as one program.

    Attributes:
        folder: Where the program lies, and each cell beside it as a file that is called as IPython calls the cell.
        program: The program.
        named: The cells' texts by the names of their code.
        starts: Cells by the line of the program that stands before their first one, in order.
    """

    folder: str
    program: Program
    named: dict[str, str]
    starts: list[tuple[int, str]]

    @classmethod
    def of(cls, shell: Any, watching: Watching) -> Session:
        """Write down the cells that have run, the current one last."""
        folder = Path(watching.folder.name)
        numbers = {number: name for name, number in code_names(shell).items()}
        # A notebook's modules lie in its working directory, and its shell has two names of its own.
        lines = [f"import sys; sys.path.insert(0, {os.getcwd()!r}); get_ipython = lambda: None; display = print"]
        named: dict[str, str] = {}
        starts: list[tuple[int, str]] = []
        offsets: dict[str, int] = {}
        for number, cell in enumerate(shell.history_manager.input_hist_parsed):
            text = without_magics(cell)
            if number in numbers:
                named[numbers[number]] = text
                offsets[numbers[number]] = len(lines)
            path = folder / f"Cell In[{number}]"
            path.write_text(text, "utf-8")
            starts.append((len(lines), str(path)))
            lines += reached(text, watching.cut.get(number)).split("\n")
        script = folder / SCRIPT
        script.write_text("\n".join(lines) + "\n", "utf-8")
        cells = {name: (str(script), offset) for name, offset in offsets.items()}
        return cls(str(folder), Program(str(script), (), cells), named, starts)

    def in_cells(self, report: Report) -> Report:
        """Return a report with every place in its cell."""
        return Report(findings=tuple(map(self._finding, report.findings)))

    def _finding(self, finding: Diagnosis) -> Diagnosis:
        place: Callable[[Span | None], Span | None] = self._place
        return replace(
            finding,
            message=self._words(finding.message),
            span=place(finding.span),
            raised_at=place(finding.raised_at),
            notes=tuple(
                replace(each, message=self._words(each.message), span=place(each.span)) for each in finding.notes
            ),
            fixes=tuple(
                replace(fix, edits=tuple(replace(edit, span=place(edit.span) or edit.span) for edit in fix.edits))
                for fix in finding.fixes
            ),
        )

    def _cell(self, line: int) -> tuple[int, str]:
        return next(start for start in reversed(self.starts) if start[0] < line)

    def _place(self, span: Span | None) -> Span | None:
        if span is None:
            return None
        if span.path in self.program.cells:
            _, path = self._cell(self.program.cells[span.path][1] + 1)
            return replace(span, path=path)
        if os.path.basename(span.path) != SCRIPT:
            return span
        start, path = self._cell(span.line)
        return replace(span, path=path, line=span.line - start, end_line=span.end_line - start)

    def _words(self, text: str) -> str:
        def told_in(match: re.Match[str]) -> str:
            start, path = self._cell(int(match[1]))
            return f"{os.path.basename(path)}:{int(match[1]) - start}"

        text = _PLACE.sub(told_in, text)
        for name in sorted(self.program.cells, key=len, reverse=True):
            _, path = self._cell(self.program.cells[name][1] + 1)
            text = text.replace(name, os.path.basename(path))
        return text


def without_magics(cell: str) -> str:
    """Return a translated cell with each magic replaced by the code it times, or by `pass`; lines keep their number."""
    if _CELL_MAGIC.match(cell):
        return "\n" + (_timed(cell, 2) or "pass")
    return "\n".join(_without_magic(line) if "get_ipython()" in line else line for line in cell.split("\n"))


def _without_magic(line: str) -> str:
    match = _LINE_MAGIC.match(line)
    code = _timed(match[1], 1) if match else None
    return line[: len(line) - len(line.lstrip())] + (code or "pass")


def _timed(call: str, position: int) -> str | None:
    """Return the text that a translated magic gets as its argument of that number, where it is plain code."""
    node = ast.parse(call.strip()).body[0]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and position < len(node.value.args):
        argument = node.value.args[position]
        if (
            isinstance(argument, ast.Constant)
            and isinstance(argument.value, str)
            and not argument.value.startswith("-")
        ):
            return argument.value
    return None


def reached(cell: str, failed: int | None) -> str:
    """Return a cell up to the statement that failed, where one did; blank where it is no Python. It stays as long."""
    lines = cell.split("\n")
    try:
        body = ast.parse(cell).body
    except (SyntaxError, ValueError):
        return "\n" * (len(lines) - 1)
    if failed is None:
        return cell
    first = next((each.lineno for each in body if each.lineno <= failed <= (each.end_lineno or failed)), failed)
    return "\n".join([*lines[: first - 1], *("" for _ in lines[first - 1 :])])
