"""Layers that keep their input's shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import keras

from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first, name_of, single

_LAYERS: Any = cast("Any", keras).layers

_KEEPING = (
    "ReLU LeakyReLU PReLU ELU Dropout AlphaDropout GaussianDropout GaussianNoise "
    "ActivityRegularization Masking Identity Rescaling UnitNormalization SpectralNormalization"
).split()


def _activation(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `Activation("softmax")`: weights of the last axis, and anything else number by number."""
    given, name = first(args, kwargs), name_of(running.layer.activation)
    if not running.is_array(given):
        return None
    return (
        Reading(name, {"input": given}, {"dim": -1} if name in ("softmax", "log_softmax") else {})
        if name in _READ
        else Reading("dropout", {"input": given})
    )


_READ = frozenset({"softmax", "log_softmax", "sigmoid", "relu", "tanh"})

LAYERS: dict[type, LayerReader] = {
    **{getattr(_LAYERS, name): single("dropout") for name in _KEEPING if hasattr(_LAYERS, name)},
    _LAYERS.Activation: _activation,
    _LAYERS.Softmax: single("softmax", lambda layer: {"dim": layer.axis}),
}
