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


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder of the tests' own."""
    with patch.dict(os.environ, XDG_CACHE_HOME=str(tmp_path_factory.mktemp("cache"))):
        yield
