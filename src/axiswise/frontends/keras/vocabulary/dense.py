"""Dense layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import keras

from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras.vocabulary.reading import LayerReader, Running, first, name_of

_LAYERS: Any = cast("Any", keras).layers


def _dense(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    given, layer = first(args, kwargs), running.layer
    shape = running.shape(given)
    if not shape:
        return None
    width = layer.kernel.shape[0] if layer.built else shape[-1]
    weight = running.weight((layer.units, width), given, ("units", -1))
    return Reading("linear", {"input": given, "weight": weight}, {"activation": name_of(layer.activation)})


def _einsum_dense(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `EinsumDense("abc,cd->abd", ...)`: before it is built, the kernel fits its first input."""
    given, layer = first(args, kwargs), running.layer
    terms, _, _ = str(layer.equation).partition("->")
    if not running.shape(given) or "." in terms or terms.count(",") != 1:
        return None
    letters, kernel = terms.split(",")
    if not layer.built:
        return None
    shape = tuple(int(size) for size in layer.kernel.shape)
    laid = tuple(letters.index(each) if each in letters else None for each in kernel)
    weight = running.weight(shape, given, laid)
    return Reading("einsum", {"operands.0": given, "operands.1": weight}, {"equation": str(layer.equation)})


LAYERS: dict[type, LayerReader] = {_LAYERS.Dense: _dense, _LAYERS.EinsumDense: _einsum_dense}
