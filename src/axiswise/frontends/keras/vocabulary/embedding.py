"""Tables of vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import keras
import numpy as np

from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first

_KERAS: Any = cast("Any", keras)


def _embedding(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a lookup; Keras makes whole numbers of any indices."""
    given, layer = first(args, kwargs), running.layer
    if not running.is_array(given):
        return None
    shape = (layer.input_dim, layer.output_dim)
    weight = running.weight(shape, given, ("input_dim", "output_dim"))
    indices = replace(running.recorder.arrays.ref_of(given), dtype="")
    return Reading("embedding", {"input": indices, "weight": weight}, dict(_extremes(given)))


def _extremes(indices: Any) -> dict[str, int]:
    """Return the largest and the smallest index, where the values are known: not while a graph is traced."""
    if not isinstance(indices, np.ndarray) and not _KERAS.ops.is_tensor(indices):
        return {}
    try:
        values = np.asarray(_KERAS.ops.convert_to_numpy(indices))
    except (NotImplementedError, AttributeError, TypeError, ValueError, RuntimeError):
        return {}
    if not values.size or values.dtype.kind not in "iuf":
        return {}
    return {"highest_index": int(values.max()), "lowest_index": int(values.min())}


LAYERS: dict[type, LayerReader] = {_KERAS.layers.Embedding: _embedding}
