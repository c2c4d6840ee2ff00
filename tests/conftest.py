from __future__ import annotations

from collections.abc import Iterator

import pytest

from axiswise.checking import FRONTEND
from axiswise.sandbox import Limits, Sandbox


@pytest.fixture(scope="session")
def warm() -> Iterator[Sandbox]:
    """One sandbox with torch loaded, for all programs."""
    with Sandbox((f"{FRONTEND}:warm",), Limits(seconds=60)) as made:
        yield made
