from __future__ import annotations

from collections.abc import Iterator

import pytest

from axiswise.checking import warm_sandbox
from axiswise.frontends.choosing import EAGER
from axiswise.sandbox import Sandbox


@pytest.fixture(scope="package")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for the programs of TensorFlow."""
    with warm_sandbox(EAGER, 120) as made:
        yield made
