"""einops, whose functions torch does not see: the frontend reads their calls itself, and its layers as layers."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch

from axiswise.frontends.torch.vocabulary.reading import LayerReader, Reading, bind

_SIGNATURES = {
    "rearrange": "input|tensor, pattern",
    "repeat": "input|tensor, pattern",
    "reduce": "input|tensor, pattern, reduction",
    "pack": "tensors, pattern",
    "unpack": "input|tensor, packed_shapes, pattern",
}


def read_einops(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Return what a call of an einops function says, or None where it is not over torch's tensors."""
    reading = Reading(f"einops-{name}")
    if name == "einsum":
        *tensors, reading.params["pattern"] = args
        if kwargs or not tensors or not isinstance(args[-1], str):
            return None
        for number, tensor in enumerate(tensors):
            reading.put(f"operands.{number}", tensor)
    else:
        bound = bind(_SIGNATURES[name], args, kwargs) if name in _SIGNATURES else None
        if bound is None:
            return None
        for key, value in bound.items():
            listed = key == "input" and isinstance(value, (list, tuple))
            reading.put("tensors" if listed else key, cast("Any", value))
    held = reading.operands
    foreign = not held or {"input", "tensors"} & set(reading.params)
    return None if foreign or not all(isinstance(each, torch.Tensor) for each in held.values()) else reading


def _layer(name: str) -> LayerReader:
    def read(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        if len(args) != 1 or kwargs:
            return None
        more = (module.reduction,) if name == "reduce" else ()
        return read_einops(name, (*args, module.pattern, *more), module.axes_lengths)

    return read


def _layers() -> dict[type, LayerReader]:
    if importlib.util.find_spec("einops") is None:
        return {}
    einops: Any = importlib.import_module("einops.layers.torch")
    return {einops.Rearrange: _layer("rearrange"), einops.Reduce: _layer("reduce")}


LAYERS: dict[type, LayerReader] = _layers()
