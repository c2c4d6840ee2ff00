"""Keras' symbolic tensors and its variables as arrays."""

from __future__ import annotations

from typing import Any, cast

import keras

from axiswise.frontends.eager.kinds import Kind, OpenShape
from axiswise.frontends.keras.symbolic import stand_ins


def _shape(tensor: Any) -> OpenShape | None:
    return None if tensor.shape is None else tuple(tensor.shape)


def _made(shape: OpenShape, dtype: str, like: Any) -> Any:
    return stand_ins([shape], dtype, [like])[0]


KIND = Kind("KerasTensor", (cast("Any", keras).KerasTensor,), _shape, lambda tensor: str(tensor.dtype), _made)


def _computed(shape: OpenShape, dtype: str, like: Any) -> Any:
    return cast("Any", keras).ops.zeros(tuple(size or 1 for size in shape), dtype)


VARIABLE = Kind("Variable", (cast("Any", keras).Variable,), _shape, lambda variable: str(variable.dtype), _computed)
"""The weights that layers of the user's own make; what comes of one in a failed call is a tensor of the backend."""
