"""What docs/found-in-the-wild.md says of libraries, by its own script."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "found-in-the-wild.md"


def test_the_page_s_script_prints_what_the_page_says() -> None:
    (script,), (said,) = (
        re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text("utf-8"), re.S) for kind in ("python", "text")
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == said, done.stderr[-2000:]
