"""From a layer's call to the field's word for it.

A family module of this package holds `LAYERS`, keyed by class; a reader takes what is running and the arguments of the
call. A subclass with a `call` of its own is the user's code, not this layer.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from axiswise.facts import LayerRef, OpCall, Shape, TensorRef, is_series
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading

_WEIGHTS = "_axiswise_weights"


@dataclass(frozen=True, slots=True)
class Running:
    """A layer that is being called."""

    recorder: Recorder
    layer: Any
    ref: LayerRef | None

    def shape(self, value: Any) -> Shape:
        """Return an array's shape; empty for anything else."""
        return self.recorder.arrays.shape_of(value)

    def is_array(self, value: Any) -> bool:
        return self.recorder.arrays.kind_of(value) is not None

    def dtype(self, value: Any) -> str:
        """Return the element type that the layer works on: its own, where the value is converted to it."""
        return self.recorder.arrays.ref_of(value).dtype

    def weight(self, shape: Shape, given: Any, laid: tuple[str | int | None, ...], name: str = "kernel") -> TensorRef:
        """Return a layer's weight as the vocabulary lays it out; it remembers the input that the layer was built for.

        Args:
            shape: The weight's shape, as the op word's contract wants it.
            given: The input of the call in hand: the one that builds the layer, where no weight is known yet.
            laid: For each axis the constructor's argument that gave it, or the axis of the input that it has to match.
            name: Which weight, where a layer has several.
        """
        recorder = self.recorder
        known: dict[str, TensorRef] = cast("dict[str, Any]", vars(self.layer)).setdefault(_WEIGHTS, {})
        if name not in known:
            known[name] = TensorRef(recorder.arrays.identity(), shape)
            ref = recorder.arrays.ref_of(given)
            fits = tuple(
                None if isinstance(place, int) and (place >= ref.rank or ref.shape[place] != size) else place
                for place, size in zip(laid, shape, strict=True)
            )
            call = OpCall(-1, "weight", {"input": ref}, {"laid": fits}, (known[name],), layer=self.ref)
            recorder.trace.add(call)
        return known[name]


LayerReader = Callable[[Running, Sequence[Any], Mapping[str, Any]], Reading | None]


def first(args: Sequence[Any], kwargs: Mapping[str, Any], *names: str) -> Any:
    """Return a call's first argument, by position or by name."""
    return args[0] if args else next((kwargs[name] for name in (*names, "inputs") if name in kwargs), None)


def name_of(activation: Any) -> str:
    """Return what a layer's activation is called: `linear` where it has none."""
    return getattr(activation, "__name__", "") if activation is not None else "linear"


def argument(args: Sequence[Any], kwargs: Mapping[str, Any], position: int, name: str) -> Any:
    """Return an argument by position or by name, or None."""
    return args[position] if position < len(args) else kwargs.get(name)


def single(op: str, params: Callable[[Any], Mapping[str, Any]] | None = None, *roles: str) -> LayerReader:
    """Return a reader of layers with one input; `params` takes the layer."""

    def read(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        given = first(args, kwargs)
        if not running.is_array(given):
            return None
        return Reading(op, {"input": given}, dict(params(running.layer)) if params is not None else {})

    return read


def several(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any] | None:
    """Return the arrays of a layer that takes a list of them, or None where it was given anything else."""
    given = first(args, kwargs)
    if not is_series(given) or not all(running.is_array(each) for each in given):
        return None
    return list(given)


@cache
def layers() -> dict[type, LayerReader]:
    """Return every layer reader by class, from all family modules."""
    found: dict[type, LayerReader] = {}
    package = importlib.import_module("axiswise.frontends.keras.vocabulary")
    for module in pkgutil.iter_modules(package.__path__):
        family = importlib.import_module(f"{package.__name__}.{module.name}")
        found |= getattr(family, "LAYERS", {})
    return found


def read_layer(running: Running, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read a layer's call as one operation, or None where the vocabulary has no word for it."""
    for kind in type(running.layer).__mro__:
        read = layers().get(kind)
        if read is not None:
            own = cast("Any", type(running.layer)).call is cast("Any", kind).call
            return read(running, args, kwargs) if own else None
    return None
