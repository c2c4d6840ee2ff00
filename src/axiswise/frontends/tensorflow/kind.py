"""TensorFlow's tensors and variables as arrays: eager ones, symbolic ones with open axes, and those of graphs."""

from __future__ import annotations

from typing import Any, cast

import tensorflow as tf

from axiswise.frontends.eager.kinds import Kind, OpenShape

_TF: Any = cast("Any", tf)
_V1: Any = _TF.compat.v1


def _shape(tensor: Any) -> OpenShape | None:
    return None if tensor.shape.rank is None else tuple(tensor.shape.as_list())


def _made(shape: OpenShape, dtype: str, like: Any) -> Any:
    """Return a tensor of zeros; in a graph, axes that are open stay open."""
    known = _TF.zeros([1 if size is None else size for size in shape], dtype.removesuffix("_ref"))
    return known if _TF.executing_eagerly() else _V1.placeholder_with_default(known, shape)


def _sized(shape: Any, sizes: tuple[Any, ...]) -> Any:
    """Return a TensorShape whose sizes know their axis."""
    known = _TF.TensorShape(shape)
    known._dims = sizes
    return known


def _dtype(tensor: Any) -> str:
    return str(tensor.dtype.base_dtype.name)


KIND = Kind("Tensor", (_TF.Tensor, _TF.Variable), _shape, _dtype, _made, _sized)
