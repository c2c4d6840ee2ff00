"""Layers that put several tensors together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import keras

from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, several

_LAYERS: Any = cast("Any", keras).layers

ELEMENTWISE = {
    "Add": "add",
    "Subtract": "sub",
    "Multiply": "mul",
    "Average": "add",
    "Maximum": "maximum",
    "Minimum": "minimum",
}


def _merging(op: str) -> LayerReader:
    def read(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        given = several(running, args, kwargs)
        if not given or len({len(running.shape(each)) for each in given}) > 1:
            return None  # of different ranks Keras aligns the batches
        return Reading(op, {f"tensors.{place}": each for place, each in enumerate(given)})

    return read


def _concatenate(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    given = several(running, args, kwargs)
    if not given:
        return None
    return Reading("cat", {f"tensors.{place}": each for place, each in enumerate(given)}, {"dim": running.layer.axis})


def _dot(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a product of two tensors over one axis of each, sample by sample."""
    given = several(running, args, kwargs)
    if not given or len(given) != 2:
        return None
    return Reading("dot_samples", {"left": given[0], "right": given[1]}, {"axes": running.layer.axes})


LAYERS: dict[type, LayerReader] = {
    **{getattr(_LAYERS, name): _merging(op) for name, op in ELEMENTWISE.items()},
    _LAYERS.Concatenate: _concatenate,
    _LAYERS.Dot: _dot,
}
