"""Pooling: windows of fixed size, as many as are asked for, and whole maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import keras

from axiswise.frontends.keras.vocabulary.reading import LayerReader, single

_LAYERS: Any = cast("Any", keras).layers


def layout(layer: Any) -> dict[str, Any]:
    """Return where a layer's channels are, as the vocabulary says it."""
    return {"channels_last": layer.data_format == "channels_last"}


def _windowed(layer: Any) -> Mapping[str, Any]:
    padding: Any = "fill" if layer.padding == "same" else 0
    settings = {"pool_size": layer.pool_size, "strides": layer.strides, "padding": padding}
    return {**settings, **layout(layer)}


def _whole(layer: Any) -> Mapping[str, Any]:
    return {"keepdims": layer.keepdims, **layout(layer)}


def _adaptive(layer: Any) -> Mapping[str, Any]:
    return {"output_size": layer.output_size, **layout(layer)}


LAYERS: dict[type, LayerReader] = {
    getattr(_LAYERS, f"{prefix}{name}Pooling{count}D"): single(f"{op}{word}_pool{count}d", params)
    for prefix, op, params in (("", "", _windowed), ("Global", "global_", _whole), ("Adaptive", "adaptive_", _adaptive))
    for name, word in (("Max", "max"), ("Average", "avg"))
    for count in (1, 2, 3)
    if hasattr(_LAYERS, f"{prefix}{name}Pooling{count}D")
}
