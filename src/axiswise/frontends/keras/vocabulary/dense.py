"""Dense layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, weight_of


def _dense(recorder: Recorder, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    given = args[0] if args else kwargs.get("inputs")
    shape = recorder.arrays.shape_of(given)
    if recorder.arrays.kind_of(given) is None or not shape:
        return None
    width = layer.kernel.shape[0] if layer.built else shape[-1]
    weight = weight_of(recorder, layer, (layer.units, width), given, ("units", -1))
    return Reading("linear", {"input": given, "weight": weight})


LAYERS: dict[type, LayerReader] = {keras.layers.Dense: _dense}
