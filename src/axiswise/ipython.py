"""IPython and Jupyter: explain what a cell raises, from a replay of the cells that were run so far."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from axiswise.live import Program
from axiswise.running import explanation

_folder: list[tempfile.TemporaryDirectory[str]] = []


def install_in(shell: Any) -> None:
    """Add the explanation beneath the traceback of every cell that raises a shape error."""

    def handler(self: Any, kind: Any, error: BaseException, traceback: Any, tb_offset: int | None = None) -> None:
        self.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        try:
            text = explanation(error, session(self))
        except Exception as fault:
            text = f"axiswise could not explain this: {type(fault).__name__}: {fault}\n"
        if text:
            sys.stdout.write("\n" + text)

    shell.set_custom_exc((Exception,), handler)


def session(shell: Any) -> Program:
    """Return the session's cells as a program: one file, magics and shell lines left out, line numbers kept in order."""
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory(prefix="axiswise-session-"))
    path = Path(_folder[0].name) / "session.py"
    cells = [cell for cell in shell.history_manager.input_hist_parsed if cell]
    path.write_text("\n".join(_plain(cell) for cell in cells), "utf-8")
    return Program(str(path))


def _plain(cell: str) -> str:
    lines = ("pass" if "get_ipython()" in line and not line.startswith(" ") else line for line in cell.splitlines())
    return "\n".join(lines) + "\n"
