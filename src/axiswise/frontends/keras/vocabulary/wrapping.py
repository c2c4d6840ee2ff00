"""Layers around a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import keras

from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary import dense
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first

_LAYERS: Any = cast("Any", keras).layers


def _each_step(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a layer given every step; a dense one takes them all at once."""
    given, inner = first(args, kwargs), running.layer.layer
    if not running.is_array(given):
        return None
    if type(inner) is _LAYERS.Dense and len(running.shape(given)) > 2:
        return dense.LAYERS[_LAYERS.Dense](replace(running, layer=inner), args, kwargs)
    rank, spec = getattr(inner, "rank", None), inner.input_spec
    axes = rank + 2 if isinstance(rank, int) else getattr(spec, "ndim", None)
    return Reading("each_step", {"input": given}, {"axes": axes})


LAYERS: dict[type, LayerReader] = {_LAYERS.TimeDistributed: _each_step}
