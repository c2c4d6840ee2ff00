"""Adapts the recorder to TensorFlow: eager and symbolic tensors, and functions that run as Python."""

from __future__ import annotations

from typing import Any, cast

import tensorflow as tf

from axiswise.frontends.eager.kinds import Kind, OpenShape
from axiswise.frontends.eager.recorder import Recorder

_TF: Any = cast("Any", tf)


def attach(recorder: Recorder) -> None:
    """Let TensorFlow's calls be written down."""
    recorder.arrays.add(KIND)
    _TF.config.run_functions_eagerly(True)
    _TF.get_logger().setLevel("ERROR")


def _shape(tensor: Any) -> OpenShape | None:
    return None if tensor.shape.rank is None else tuple(tensor.shape.as_list())


def _made(shape: OpenShape, dtype: str, like: Any) -> Any:
    return _TF.zeros([1 if size is None else size for size in shape], dtype)


def _sized(shape: Any, sizes: tuple[Any, ...]) -> Any:
    """Return a TensorShape whose sizes know their axis."""
    known = _TF.TensorShape(shape)
    known._dims = sizes
    return known


KIND = Kind("Tensor", (_TF.Tensor, _TF.Variable), _shape, lambda tensor: tensor.dtype.name, _made, _sized)
