"""Attention layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import keras

from axiswise.facts import is_series
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, argument, several

_LAYERS: Any = cast("Any", keras).layers
_MASKS = ("query_mask", "value_mask", "key_mask")


def _scored(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `Attention()([query, value, key], mask=[query_mask, value_mask])`."""
    given, masks = several(running, args, kwargs), argument(args, kwargs, 1, "mask")
    if given is None or len(given) not in (2, 3):
        return None
    reading = Reading("scored_attention", dict(zip(("query", "value", "key"), given, strict=False)))
    if is_series(masks):
        reading.params["masks"] = len(masks)
        for role, mask in zip(_MASKS, masks, strict=False):
            if running.is_array(mask):
                reading.operands[role] = mask
    reading.params["scores"] = bool(kwargs.get("return_attention_scores"))
    return reading


_HEADED = ("query", "value", "key", *_MASKS, "attention_mask", "return_attention_scores")


def _headed(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `MultiHeadAttention(...)(query, value, key, attention_mask=...)`."""
    layer = running.layer
    bound = {**dict(zip(_HEADED, args, strict=False)), **kwargs}
    if not all(running.shape(bound.get(role)) for role in ("query", "value")):
        return None
    reading = Reading("headed_attention")
    for role in _HEADED[:7]:
        if running.is_array(bound.get(role)):
            reading.operands[role] = bound[role]
    for role in ("query", "value", "key"):
        given = bound[role] if role in reading.operands else bound["value"]
        built = getattr(layer, f"_{role}_dense", None)
        width = built.kernel.shape[0] if built is not None and built.built else running.shape(given)[-1]
        weight = running.weight((width, layer.key_dim), given, (-1, "key_dim"), f"weight.{role}")
        reading.operands[f"weight.{role}"] = replace(weight, parameter=f"{role} kernel")
    heads = getattr(layer, "num_heads", None) or getattr(layer, "num_query_heads", 1)
    scores = bool(bound.get("return_attention_scores"))
    reading.params.update(heads=heads, output_shape=getattr(layer, "_output_shape", None), scores=scores)
    return reading


LAYERS: dict[type, LayerReader] = {
    _LAYERS.Attention: _scored,
    _LAYERS.AdditiveAttention: _scored,
    _LAYERS.MultiHeadAttention: _headed,
    _LAYERS.GroupQueryAttention: _headed,
}
