"""Adapts the recorder to NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from axiswise.frontends.eager.array_functions import array_functions
from axiswise.frontends.eager.kinds import Kind, OpenShape
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.numpy.vocabulary import READERS


def attach(recorder: Recorder) -> None:
    """Let NumPy's calls be written down."""
    recorder.arrays.add(KIND)
    recorder.vocabulary.add(array_functions("numpy") | READERS)


def _made(shape: OpenShape, dtype: str, like: Any) -> Any:
    return np.zeros(tuple(1 if size is None else size for size in shape), like.dtype)


KIND = Kind("ndarray", (np.ndarray,), lambda array: array.shape, lambda array: str(array.dtype), _made)
