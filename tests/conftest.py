from __future__ import annotations

from collections.abc import Iterator

import pytest

from axiswise.checking import warm_sandbox
from axiswise.frontends.choosing import TORCH
from axiswise.sandbox import Sandbox


@pytest.fixture(scope="session")
def warm() -> Iterator[Sandbox]:
    """One sandbox with torch loaded, for all programs."""
    with warm_sandbox(TORCH, 60) as made:
        yield made
