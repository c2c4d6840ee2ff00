"""Layers that keep their input's shape."""

from __future__ import annotations

from typing import Any, cast

import keras

from axiswise.frontends.keras.vocabulary.reading import LayerReader, single

_LAYERS: Any = cast("Any", keras).layers

_KEEPING = (
    "Activation ReLU LeakyReLU PReLU ELU Softmax Dropout AlphaDropout GaussianDropout GaussianNoise "
    "ActivityRegularization Masking Identity Rescaling UnitNormalization SpectralNormalization"
).split()

LAYERS: dict[type, LayerReader] = {
    getattr(_LAYERS, name): single("dropout") for name in _KEEPING if hasattr(_LAYERS, name)
}
