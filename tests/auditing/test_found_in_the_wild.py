"""What docs/found-in-the-wild.md says of libraries, by its own scripts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "found-in-the-wild.md"


BLOCKS = re.findall(r"```python\n(.*?)```.*?```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_there_are_scripts_to_run() -> None:
    assert len(BLOCKS) >= 2


@pytest.mark.parametrize(("script", "said"), BLOCKS)
def test_a_script_prints_what_the_page_says(script: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == said, done.stderr[-2000:]
