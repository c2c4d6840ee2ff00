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
    if name in ("softmax", "log_softmax"):
        return Reading(name, {"input": given}, {"dim": -1})
    return Reading(name if name in _ALONE else "dropout", {"input": given})


_ALONE = frozenset({"sigmoid", "relu", "tanh"})
"""Activations of each number by itself that have a word of their own."""

LAYERS: dict[type, LayerReader] = {
    **{getattr(_LAYERS, name): single("dropout") for name in _KEEPING if hasattr(_LAYERS, name)},
    _LAYERS.Activation: _activation,
    _LAYERS.Softmax: single("softmax", lambda layer: {"dim": layer.axis}),
}
