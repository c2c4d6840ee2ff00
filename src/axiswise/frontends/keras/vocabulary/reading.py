"""From a layer's call to the field's word for it.

A family module of this package holds `LAYERS`, keyed by class; a reader takes the recorder, the layer and the
arguments of its call. A subclass with a `call` of its own is the user's code, not this layer.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from axiswise.facts import OpCall, Shape, TensorRef
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading

LayerReader = Callable[[Recorder, Any, Sequence[Any], Mapping[str, Any]], Reading | None]

_WEIGHTS = "_axiswise_weights"


@cache
def layers() -> dict[type, LayerReader]:
    """Return every layer reader by class, from all family modules."""
    found: dict[type, LayerReader] = {}
    package = importlib.import_module("axiswise.frontends.keras.vocabulary")
    for module in pkgutil.iter_modules(package.__path__):
        family = importlib.import_module(f"{package.__name__}.{module.name}")
        found |= getattr(family, "LAYERS", {})
    return found


def read_layer(recorder: Recorder, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a layer's call as one operation, or None where the vocabulary has no word for it."""
    for kind in type(layer).__mro__:
        read = layers().get(kind)
        if read is not None:
            own = cast("Any", type(layer)).call is cast("Any", kind).call
            return read(recorder, layer, args, kwargs) if own else None
    return None


def weight_of(
    recorder: Recorder, layer: Any, shape: Shape, given: Any, laid: tuple[str | int | None, ...], name: str = "kernel"
) -> TensorRef:
    """Return a layer's weight as the vocabulary lays it out; it remembers the input that the layer was built for.

    Args:
        recorder: The run.
        layer: The layer, which is running.
        shape: The weight's shape, as the op word's contract wants it.
        given: The input of the call in hand: the one that builds the layer, where no weight is known yet.
        laid: For each axis the constructor's argument that gave it, or the axis of the input that it has to match.
        name: Which weight, where a layer has several.
    """
    known: dict[str, TensorRef] = vars(layer).setdefault(_WEIGHTS, {})
    if name not in known:
        known[name] = TensorRef(recorder.arrays.identity(), shape)
        call = OpCall(-1, "weight", {"input": recorder.arrays.ref_of(given)}, {"laid": laid}, (known[name],))
        call.layer = recorder.running_layer()
        recorder.trace.add(call)
    return known[name]
