"""How TensorFlow's functions are named, and how the shapes that they are given are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import tensorflow as tf

from axiswise.facts import is_series

_TF: Any = cast("Any", tf)


def of(names: str) -> str:
    """Return functions' full names, as TensorFlow 2 and as `compat.v1` has them: the two often differ in signature."""
    return " ".join(f"{module}.{name}" for name in names.split() for module in ("tensorflow", "tensorflow.compat.v1"))


def sizes_of(shape: Any) -> tuple[Any, ...] | None:
    """Return a shape that was asked for, -1 for a size that only the run knows; None where nothing of it is known."""
    if isinstance(shape, _TF.TensorShape):
        return tuple(-1 if size is None else size for size in shape.as_list()) if shape.rank is not None else None
    if isinstance(shape, _TF.Tensor):
        known = _TF.get_static_value(shape)
        return tuple(int(size) for size in np.ravel(known)) if known is not None else None
    if isinstance(shape, np.ndarray):
        return tuple(int(size) for size in cast("Sequence[Any]", shape.ravel().tolist()))
    if isinstance(shape, int):
        return (shape,)
    if not is_series(shape):
        return None
    return tuple(_size(size) for size in shape)


def _size(size: Any) -> Any:
    if isinstance(size, int):
        return size
    if isinstance(size, _TF.Tensor):
        known = _TF.get_static_value(size)
        return int(known) if known is not None and np.ndim(known) == 0 else -1
    return int(cast("Any", size)) if isinstance(size, (np.integer, float)) else -1
