"""Adapts the recorder to JAX' arrays and to `jax.numpy`."""

from __future__ import annotations

from typing import Any, cast

import jax

from axiswise.frontends.eager.array_functions import array_functions
from axiswise.frontends.eager.kinds import Kind, OpenShape
from axiswise.frontends.eager.recorder import Recorder

_JAX: Any = cast("Any", jax)


def attach(recorder: Recorder) -> None:
    """Let JAX' calls be written down."""
    recorder.arrays.add(KIND)
    recorder.vocabulary.add(array_functions("jax.numpy"))


def _made(shape: OpenShape, dtype: str, like: Any) -> Any:
    return _JAX.numpy.zeros(tuple(1 if size is None else size for size in shape), dtype)


KIND = Kind("Array", (_JAX.Array, _JAX.core.Tracer), lambda array: tuple(array.shape), lambda array: str(array.dtype), _made)
