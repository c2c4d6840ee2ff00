"""Draw docs/demo.svg from what `axiswise check` really prints for the demo: `make picture`."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 84
DEMO = ["check", "examples/demo/train.py"]


def main() -> None:
    call = [sys.executable, "-m", "axiswise", *DEMO, "--color", "always"]
    environment = os.environ | {"COLUMNS": str(COLUMNS)}
    done = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 1:
        raise SystemExit(f"expected status 1 (a finding), got {done.returncode}\n{done.stdout}{done.stderr}")
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ axiswise {' '.join(DEMO)}", "bold"))
    console.print(Text.from_ansi(done.stdout))
    svg = console.export_svg(title="axiswise", theme=MONOKAI, unique_id="demo")
    # The picture brings no fonts along: nothing is fetched when somebody looks at it.
    kept = svg[: svg.index("@font-face")] + svg[svg.rindex("}", 0, svg.index(".demo-matrix")) + 1 :]
    kept = kept.replace("Fira Code, monospace", "'DejaVu Sans Mono', Menlo, Consolas, monospace")
    kept = kept.replace('<g class="demo-matrix">', '<g class="demo-matrix" xml:space="preserve">')
    lines = [line.rstrip() for line in kept.splitlines() if line.strip()]
    (ROOT / "docs" / "demo.svg").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
