from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from axiswise.checking import warm_sandbox
from axiswise.frontends.choosing import TORCH
from axiswise.sandbox import Sandbox

# Before any test loads TensorFlow: Triton, which torch brings along, crashes a process that has TensorFlow already.
importlib.import_module("torch._dynamo.utils")

# In the tests' own process Keras is on torch. The programs that tests check choose for themselves.
with patch.dict(os.environ, KERAS_BACKEND="torch"):
    importlib.import_module("keras")


@pytest.fixture(scope="session")
def warm() -> Iterator[Sandbox]:
    """One sandbox with torch loaded, for all programs."""
    with warm_sandbox(TORCH, 60) as made:
        yield made
