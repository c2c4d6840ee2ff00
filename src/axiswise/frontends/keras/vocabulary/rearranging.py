"""Layers that give each sample another shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import keras

from axiswise.facts import is_series
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.pooling import layout
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first, single

_LAYERS: Any = cast("Any", keras).layers


def _flatten(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    given = first(args, kwargs)
    if len(running.shape(given)) < 2:
        return None
    return Reading("flatten", {"input": given}, {"start_dim": 1})


def _target(layer: Any) -> Mapping[str, Any]:
    return {"target_shape": layer.target_shape}


def _sides(setting: Any) -> tuple[tuple[int, int], ...]:
    """Return what is put before and after each spatial axis: Keras keeps one pair as such, several as a tuple."""
    return (tuple(setting),) if isinstance(setting[0], int) else tuple(tuple(each) for each in setting)


def _format(layer: Any) -> dict[str, Any]:
    return layout(layer) if hasattr(layer, "data_format") else {"channels_last": True}


def _padding(layer: Any) -> Mapping[str, Any]:
    return {"borders": _sides(layer.padding), **_format(layer)}


def _cropping(layer: Any) -> Mapping[str, Any]:
    return {"borders": tuple((-before, -after) for before, after in _sides(layer.cropping)), **_format(layer)}


def _places(layer: Any) -> Mapping[str, Any]:
    return {"size": tuple(layer.size) if is_series(layer.size) else (layer.size,), **_format(layer)}


LAYERS: dict[type, LayerReader] = {
    _LAYERS.Flatten: _flatten,
    _LAYERS.Reshape: single("reshape_samples", _target),
    _LAYERS.Permute: single("permute_samples", lambda layer: {"dims": layer.dims}),
    _LAYERS.RepeatVector: single("repeat_vector", lambda layer: {"n": layer.n}),
    **{getattr(_LAYERS, f"ZeroPadding{count}D"): single("borders", _padding) for count in (1, 2, 3)},
    **{getattr(_LAYERS, f"Cropping{count}D"): single("borders", _cropping) for count in (1, 2, 3)},
    **{getattr(_LAYERS, f"UpSampling{count}D"): single("upsample", _places) for count in (1, 2, 3)},
}
