"""Tables of vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import keras

from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first
from axiswise.frontends.keras.vocabulary.values import extremes, known_values

_KERAS: Any = cast("Any", keras)


def _embedding(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a lookup; Keras makes whole numbers of any indices."""
    given, layer = first(args, kwargs), running.layer
    if not running.is_array(given):
        return None
    shape = (layer.input_dim, layer.output_dim)
    weight = running.weight(shape, given, ("input_dim", "output_dim"))
    indices = replace(running.recorder.arrays.ref_of(given), dtype="")
    return Reading("embedding", {"input": indices, "weight": weight}, dict(extremes(known_values(given))))


LAYERS: dict[type, LayerReader] = {_KERAS.layers.Embedding: _embedding}
