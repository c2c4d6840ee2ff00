"""Layers around a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import keras

from axiswise.facts import Shape
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary import dense
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first
from axiswise.origin import AnySize

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
    return Reading("each_step", {"input": given}, {"axes": axes, "step": _step(running, inner, given)})


def _step(running: Running, inner: Any, given: Any) -> Shape | None:
    """Return what the layer makes of one step; of all that was given, where the steps are missing."""
    sizes = tuple(None if isinstance(size, AnySize) else int(size) for size in running.shape(given))
    for shape in ((sizes[0], *sizes[2:]), (None, *sizes[1:])) if sizes else ():
        try:
            made: Any = inner.compute_output_shape(shape)
        except Exception:  # whatever a layer raises for shapes that it refuses: then they are no step's
            continue
        if isinstance(made, tuple):
            known = cast("tuple[int | None, ...]", made[1:])
            return tuple(AnySize() if size is None else size for size in known)
    return None


LAYERS: dict[type, LayerReader] = {_LAYERS.TimeDistributed: _each_step}
