"""Convolutions: their kernels as the vocabulary lays them out, (filters, channels, spatial...), in either data format.

A kernel of several groups, or one kernel for each channel, is written down as the whole one that it is a part of: which
sizes have to agree is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import keras

from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.pooling import layout
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first

_LAYERS: Any = cast("Any", keras).layers


def _channels(running: Running, given: Any) -> tuple[int, int]:
    """Return the channel axis of the input, and the number of channels that the layer takes."""
    shape, layer = running.shape(given), running.layer
    axis = -1 if layer.data_format == "channels_last" else 1
    if layer.built and layer.input_spec is not None and layer.input_spec.axes:
        return axis, next(iter(layer.input_spec.axes.values()))
    return axis, shape[axis] if len(shape) > 1 else 1


def _settings(layer: Any) -> dict[str, Any]:
    padding = "fill" if layer.padding in ("same", "causal") else 0
    names = ("kernel_size", "strides", "dilation_rate")
    return {**{name: getattr(layer, name) for name in names}, "padding": padding, **layout(layer)}


def _convolved(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    given, layer = first(args, kwargs), running.layer
    if not running.is_array(given):
        return None
    axis, channels = _channels(running, given)
    transposed, depthwise = "Transpose" in type(layer).__name__, hasattr(layer, "depth_multiplier")
    filters = getattr(layer, "filters", None) or channels * layer.depth_multiplier
    named: str | None = "filters" if getattr(layer, "filters", None) else None
    lead, laid = ((channels, filters), (axis, named)) if transposed else ((filters, channels), (named, axis))
    shape = (*lead, *layer.kernel_size)
    weight = running.weight(shape, given, (*laid, *[None] * len(layer.kernel_size)))
    params = _settings(layer)
    if not transposed and not depthwise:
        params["groups"] = layer.groups
    op = f"conv_transpose{layer.rank}d" if transposed else f"conv{layer.rank}d"
    if transposed and layer.output_padding is not None:
        return None
    return Reading(op, {"input": given, "weight": weight}, params)


_NAMES = (
    "Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose "
    "SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D"
).split()

LAYERS: dict[type, LayerReader] = {getattr(_LAYERS, name): _convolved for name in _NAMES}
