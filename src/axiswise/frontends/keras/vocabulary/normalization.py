"""Normalisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import keras

from axiswise.facts import is_series
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first

_LAYERS: Any = cast("Any", keras).layers


def _normalizing(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    given, layer = first(args, kwargs), running.layer
    shape = running.shape(given)
    if not shape:
        return None
    axes: tuple[int, ...] = tuple(layer.axis) if is_series(layer.axis) else (layer.axis,)
    if not all(-len(shape) <= axis < len(shape) for axis in axes):
        return None
    reading = Reading("scale_axes", {"input": given}, {"axis": axes})
    spec = layer.input_spec if layer.built else None
    if spec is not None:
        reading.params["ndim"] = spec.ndim
    known: tuple[int, ...] | None = next(
        (each for each in (_scale(layer, name) for name in ("gamma", "scale", "beta")) if each), None
    )
    axes_built: dict[int, int] = spec.axes if spec is not None and spec.axes else {}
    stored: tuple[int, ...] = tuple(axes_built.values())
    sizes: tuple[int, ...] = stored
    if not sizes and known is not None:
        sizes = known
    if not layer.built or not sizes:
        sizes = tuple(shape[axis] for axis in axes)
    if len(sizes) == len(axes):
        reading.operands["weight"] = running.weight(sizes, given, axes)
    if isinstance(layer, _LAYERS.GroupNormalization):
        reading.params["num_groups"] = layer.groups if layer.groups != -1 else None
    return reading


def _scale(layer: Any, name: str) -> tuple[int, ...] | None:
    weight = getattr(layer, name, None)
    return tuple(weight.shape) if weight is not None and hasattr(weight, "shape") else None


_NAMES = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization")

LAYERS: dict[type, LayerReader] = {getattr(_LAYERS, name): _normalizing for name in _NAMES if hasattr(_LAYERS, name)}
