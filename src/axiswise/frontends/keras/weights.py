"""Stored weights put into a model: a shape that differs is a failed call with both arrays as its operands.

What fits is put in all the same, and the program goes on as if the rest had been too.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any, cast

import keras
from keras.src.backend.common.variables import Variable  # type: ignore[import-untyped]
from keras.src.layers.layer import Layer  # type: ignore[import-untyped]

from axiswise.facts import AxisUse, Conflict, LayerRef, OpCall, Shape, TensorRef
from axiswise.frontends.construction import Built
from axiswise.frontends.eager.recorder import REWORDING, Recorder
from axiswise.frontends.keras.datasets import NOWHERE
from axiswise.source.handling import is_handled

_KERAS: Any = cast("Any", keras)
_LAYER: Any = cast("Any", Layer)
_VARIABLE: Any = cast("Any", Variable)


class StoredWeights:
    """The places at which Keras puts stored weights into variables."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._refused: list[tuple[Any, Shape]] = []

    def install(self) -> None:
        """Let every refusal be told."""
        recorder = self.recorder
        assign, set_weights, add_weight = _VARIABLE.assign, _LAYER.set_weights, _LAYER.add_weight
        signature = inspect.signature(add_weight)

        def assigned(variable: Any, value: Any) -> Any:
            try:
                return assign(variable, value)
            except ValueError:
                shape = getattr(value, "shape", None)
                if shape is not None and tuple(shape) != tuple(variable.shape):
                    self._refused.append((variable, tuple(shape)))
                raise

        def set_(layer: Any, weights: Any) -> None:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            try:
                set_weights(layer, weights)
            except ValueError as error:
                pairs = list(zip(layer.weights, weights, strict=False))
                unlike = [at for at, (own, given) in enumerate(pairs) if tuple(own.shape) != _shape(given)]
                if len(layer.weights) != len(weights) or not unlike:
                    raise
                place = unlike[0]
                self._told(layer, *pairs[place], "set_weights", place, error, frame)
                for at, (own, given) in enumerate(pairs):
                    if at not in unlike:
                        own.assign(given)

        def added(layer: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            try:
                return add_weight(layer, *args, **kwargs)
            except Exception as error:
                given = signature.bind(layer, *args, **kwargs)
                value = getattr(given.arguments.get("initializer"), "value", None)
                shape = given.arguments.get("shape")
                if recorder.arrays.kind_of(value) is None or not shape or _shape(value) == tuple(shape):
                    raise
                given.arguments["initializer"] = "zeros"
                variable = add_weight(*given.args, **given.kwargs)
                self._told(layer, variable, value, "initialize", 0, error, frame)
                return variable

        added.__signature__ = signature  # type: ignore[attr-defined]
        added.__name__ = "add_weight"
        _VARIABLE.assign, _LAYER.set_weights, _LAYER.add_weight = assigned, set_, added
        for kind in (_KERAS.Model, _KERAS.Sequential, _KERAS.models, _KERAS.saving):
            if "load_weights" in vars(kind):
                kind.load_weights = self._loading(kind.load_weights)

    def _loading(self, original: Any) -> Any:
        def load_weights(model: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            if NOWHERE in args or NOWHERE in kwargs.values():
                return None
            self._refused.clear()
            try:
                return original(model, *args, **kwargs)
            except ValueError as error:
                if not self._refused:
                    raise
                variable, shape = self._refused[0]
                stored = TensorRef(self.recorder.arrays.identity(), shape, str(variable.dtype))
                self._told(model, variable, stored, "load_weights", 0, error, frame)
                return None

        return load_weights

    def _told(
        self, model: Any, variable: Any, stored: Any, op: str, place: int, error: Exception, frame: FrameType
    ) -> None:
        """Write a refusal down.

        Raises:
            Exception: The error itself, where the program handles it.
        """
        recorder = self.recorder
        if is_handled(recorder.user, frame, error, REWORDING):
            raise error
        owner = _owner(model, variable)
        built: Built | None = owner.__dict__.get("_axiswise_built")
        settings, frames = (built.settings, built.frames) if built else ({}, ())
        layer = LayerRef(str(owner.name), type(owner).__name__, settings, frames, direct=True)
        given = stored if isinstance(stored, TensorRef) else recorder.arrays.ref_of(stored)
        own = TensorRef(recorder.arrays.identity(), tuple(int(size) for size in variable.shape))
        operands = {"stored": given, "parameter": own}
        call = OpCall(-1, op, operands, {"place": place}, layer=layer, spelled=f"keras.Model.{op}")
        recorder.failed(call, error, frame, [_conflict(call, str(variable.path), settings)])


def _shape(value: Any) -> Shape:
    return tuple(getattr(value, "shape", ()))


def _owner(model: Any, variable: Any) -> Any:
    """Return the layer that a variable belongs to."""
    for layer in model._flatten_layers():
        own: Sequence[Any] = [*layer._trainable_variables, *layer._non_trainable_variables]
        if any(each is variable for each in own):
            return layer
    return model


def _conflict(call: OpCall, name: str, settings: Mapping[str, Any]) -> Conflict:
    given, own = call.operands["stored"].shape, call.operands["parameter"].shape
    facts: dict[str, Any] = {"name": name}
    if len(given) != len(own):
        return Conflict("weights", call, AxisUse("stored", -1, -1), AxisUse("parameter", -1, -1), facts)
    unlike = [at for at in range(len(own)) if given[at] != own[at]]
    sides = [(AxisUse("stored", at, given[at]), _own_side(at, own[at], settings)) for at in unlike]
    return Conflict("weights", call, *sides[0], {**facts, "beside": tuple(sides[1:])})


def _own_side(axis: int, size: int, settings: Mapping[str, Any]) -> AxisUse:
    """Return the use of a parameter's axis, with the setting that gave its size, where only one can have."""
    names = [key for key, value in settings.items() if type(value) is not bool and value == size]
    return AxisUse("parameter", axis, size, names[0] if len(names) == 1 else "")
