"""What is told of a program of TensorFlow."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Report
from axiswise.sandbox import Sandbox


def checked(sandbox: Sandbox, folder: Path, program: str) -> Report:
    """Check the text of a program."""
    path = folder / "program.py"
    path.write_text(dedent(program))
    return check([str(path)], Options(time_budget=120), sandbox=sandbox)
