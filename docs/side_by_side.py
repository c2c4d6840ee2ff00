"""Write docs/side-by-side.md: what axiswise and two type checkers say of one unannotated model: `make compare`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "examples" / "models" / "reader.py"
PAGE = ROOT / "docs" / "side-by-side.md"
HEAD = """\
# One model, no annotations, three tools

`make compare` writes this page: each tool is run on the file below, in one environment, and its output is kept as it
is. The model is built from its defaults, called by nobody, and annotated nowhere. One line of it is wrong.

Pyrefly runs with `preset = "default"` and its torch stubs. It and torchtyc read shapes from annotations; what has none
is not looked at, and they do what they promise. axiswise builds the model, finds out what it takes, and runs it.
"""


def main() -> None:
    parts = [HEAD, f"## The model\n\n```python\n{MODEL.read_text('utf-8')}```"]
    for name, output in (("axiswise", _axiswise()), ("Pyrefly", _pyrefly()), ("torchtyc", _torchtyc())):
        parts.append(f"## {name}\n\n```\n{output}\n```")
    PAGE.write_text("\n\n".join(part.rstrip() for part in parts) + "\n", "utf-8")


def _axiswise() -> str:
    return _said([sys.executable, "-m", "axiswise", "check", MODEL.name, "--verbose"], MODEL.parent)


def _pyrefly() -> str:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(MODEL, folder)
        Path(folder, "pyrefly.toml").write_text('preset = "default"\n', "utf-8")
        packages = sysconfig.get_path("purelib")
        places = ["--python-interpreter-path", sys.executable, "--site-package-path", packages]
        return _said([_found("pyrefly"), "check", MODEL.name, *places], Path(folder), shown=3)


def _torchtyc() -> str:
    return _said([_found("torchtyc"), "check", MODEL.name], MODEL.parent)


def _found(tool: str) -> str:
    beside = Path(sys.executable).with_name(tool)
    found = str(beside) if beside.exists() else shutil.which(tool)
    if found is None:
        raise SystemExit(f"{tool} is not installed: `make compare` installs it")
    return found


def _said(call: list[str], folder: Path, shown: int | None = None) -> str:
    """Return a tool's call as typed, without paths of this machine, and what it printed."""
    environment = os.environ | {"COLUMNS": "84"}
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True)
    typed = ["axiswise", *call[3:]] if "axiswise" in call else [Path(call[0]).name, *call[1:shown]]
    return f"$ {' '.join(typed)}\n{(done.stdout + done.stderr).strip()}"


if __name__ == "__main__":
    main()
