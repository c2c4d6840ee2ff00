"""Keras' layers: which one is running, how it was built, and its call as one operation.

`Layer.__call__` is the one place through which every layer of every backend goes, symbolic or not.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, cast

import keras
from keras.src.layers.layer import Layer  # type: ignore[import-untyped]

from axiswise.facts import Failure, LayerRef, OpCall, is_series
from axiswise.frontends.construction import Built, built_by
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.eager.vocabulary import Reading
from axiswise.frontends.keras import models, symbolic
from axiswise.frontends.keras.batches import Batches
from axiswise.frontends.keras.vocabulary.reading import Running, read_layer
from axiswise.ops.contract import contract_of
from axiswise.source.callsite import CallSite

_BUILT, _FAILED, _WRAPPED = "_axiswise_built", "_axiswise_failed", "_axiswise_wrapped"
_LAYER: Any = cast("Any", Layer)
_KERAS: Any = cast("Any", keras)


class LayerStack:
    """The layers whose `__call__` is running, outermost first, each with the frame that called it."""

    def __init__(self, recorder: Recorder, batches: Batches) -> None:
        self.recorder = recorder
        self.batches = batches
        self.running: list[tuple[Any, FrameType]] = []

    def install(self) -> None:
        """Let every layer's construction and call arrive here."""
        begin, call = _LAYER.__init__, _LAYER.__call__

        def __init__(layer: Any, *args: Any, **kwargs: Any) -> None:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            object.__setattr__(layer, _BUILT, built_by(layer, frame, self.recorder.user))
            if isinstance(layer, _WRAPPERS):
                object.__setattr__(layer, _WRAPPED, frame.f_locals.get("layer"))
            begin(layer, *args, **kwargs)

        def __call__(layer: Any, *args: Any, **kwargs: Any) -> Any:
            frame = _caller()
            return self.called(layer, call, args, kwargs, frame)

        _LAYER.__init__, _LAYER.__call__ = __init__, __call__
        _LAYER.stateless_call = self._stateless(_LAYER.stateless_call)
        models.install(self.recorder, self.declared, self.batches)

    def _stateless(self, original: Any) -> Any:
        """JAX' loops reach a model's `call` without its `__call__`: let that arrive here too."""

        def stateless_call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            frame, own = _caller(), layer.call

            def call(*given: Any, **named: Any) -> Any:
                def through(_: Any, *inner: Any, **more: Any) -> Any:
                    return own(*inner, **more)

                return self.called(layer, through, given, named, frame)

            object.__setattr__(layer, "call", call)
            try:
                return original(layer, *args, **kwargs)
            finally:
                object.__delattr__(layer, "call")

        return stateless_call

    # -- a call -------------------------------------------------------------------------------------------------------
    def called(self, layer: Any, call: Any, args: Any, kwargs: Any, frame: FrameType) -> Any:
        """Call a layer; a library's is written down as one operation."""
        if self.recorder.quiet:
            return call(layer, *args, **kwargs)
        self.batches.arrived(layer, args, frame)
        self.running.append((layer, frame))
        try:
            return self._called(layer, lambda *given, **named: call(layer, *given, **named), args, kwargs, frame)
        finally:
            self.running.pop()

    def _called(self, layer: Any, call: Callable[..., Any], args: Any, kwargs: Any, frame: FrameType) -> Any:
        recorder, ref = self.recorder, self.layer()
        name = f"{type(layer).__module__}.{type(layer).__qualname__}"
        if models.declares(layer):
            reading = models.read(recorder, layer, args, kwargs, self.batches.stream(layer))
            if reading is None:
                return models.passed_on(recorder, layer, call(*args, **kwargs))
            if not models.refuses(recorder, reading):
                recorder.trace.add(recorder.call_of(reading, frame, name, ref))
                return models.passed_on(recorder, layer, call(*args, **kwargs))
            # What a model says of its data comes before anything that its layers may say.
            data = reading
            frames = recorder.user.frames(frame)
            reading.instead = lambda shapes: call(models.declared_like(recorder, layer, data, frames))
            return recorder.run(reading, lambda: self._quietly(lambda: call(*args, **kwargs)), frame, name, ref)
        reading = read_layer(Running(recorder, layer, ref), args, kwargs)
        holds = reading is None and (bool(layer._layers) or isinstance(layer, _HOLDERS))
        if reading is None:
            if self.is_users(layer) or isinstance(layer, _KERAS.Model):
                return call(*args, **kwargs)
            reading = Reading(name)
            for place, array in enumerate(recorder.arrays.among((args, kwargs))):
                reading.operands[f"inputs.{place}" if place else "input"] = array
        attempt = symbolic.Attempt(recorder, layer, args, kwargs)
        reading.instead = attempt.instead

        stood_in: list[Any] = []

        def do() -> Any:
            try:
                return attempt.made(call) if holds else self._quietly(lambda: attempt.made(call, reading))
            except Exception:
                known = self._failed_where_built(layer)
                if known and (result := attempt.instead(known)) is not None:
                    stood_in.append(result)
                    return result
                if attempt.symbolic:
                    object.__setattr__(layer, _FAILED, attempt.shapes(reading))
                raise

        told = len(recorder.trace.failures)
        result = recorder.run(reading, do, frame, name, ref)
        if stood_in:
            recorder.trace.calls[-1].saved = True
        if len(recorder.trace.failures) == told:
            self._suspect(recorder.call_of(reading, frame, name, ref))
        return result

    def _suspect(self, call: OpCall) -> None:
        """Write down what raises nothing on some backends: a row that a table does not have."""
        contract = contract_of(call.op) if call.op == "embedding" else None
        beyond = [each for each in contract.conflicts(call) if each.kind == "index-range"] if contract else []
        if beyond:
            self.recorder.trace.failures.append(Failure("", "", call, call.frames, (beyond[0],)))

    def _quietly(self, do: Callable[[], Any]) -> Any:
        self.recorder.quiet += 1
        try:
            return do()
        finally:
            self.recorder.quiet -= 1

    def _failed_where_built(self, layer: Any) -> Any:
        """Return the shapes that a layer was meant to give, where its fault was told when its model was built."""
        is_in_graph = any(models.declares(outer) for outer, _ in self.running[:-1])
        return _own(layer).get(_FAILED) if is_in_graph else None

    # -- which layer --------------------------------------------------------------------------------------------------
    def is_users(self, layer: Any) -> bool:
        """Return whether the user wrote a layer's class."""
        path = getattr(sys.modules.get(type(layer).__module__), "__file__", None)
        return path is not None and self.recorder.user.owns_path(path)

    def layer(self) -> LayerRef | None:
        """Return the innermost running layer, where a library wrote it."""
        if not self.running or self.is_users(self.running[-1][0]):
            return None
        layer = self.running[-1][0]
        users = [place for place, (each, _) in enumerate(self.running) if self.is_users(each)]
        outermost, caller = self.running[users[-1] + 1 if users else 0]
        called = self.recorder.user.owns(caller.f_code) or isinstance(outermost, _KERAS.Model)
        return self.ref(layer, called and outermost is layer, called)

    def ref(self, layer: Any, direct: bool, called: bool) -> LayerRef:
        """Return the fact for a layer."""
        wrapped: Any = _own(layer).get(_WRAPPED)
        built: Built | None = _own(wrapped if wrapped is not None else layer).get(_BUILT)
        settings, frames = (built.settings, built.frames) if built else ({}, ())
        return LayerRef(self.path(layer), type(layer).__name__, settings, frames, direct, "", called)

    def declared(self, layer: Any) -> LayerRef:
        """Return the fact for a layer that is only being made: a model's Input."""
        return self.ref(layer, True, False)

    def path(self, layer: Any) -> str:
        """Return how the user's code reaches a layer: an attribute of a running model, a variable; else its name."""
        for owner, _ in reversed(self.running[:-1]):
            if self.is_users(owner) and (held := _attribute(owner, layer)):
                return held
        built: Built | None = _own(layer).get(_BUILT)
        site = CallSite.at(self.recorder.user.sources, built.frames[-1]) if built and built.frames else None
        parent = site.source.parents.get(site.node) if site is not None else None
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], (ast.Name, ast.Attribute)):
            return ast.unparse(parent.targets[0])
        return str(layer.name)

    def within(self) -> tuple[tuple[str, str], ...]:
        """Return the running layers as (name, class), outermost first."""
        return tuple((str(layer.name), type(layer).__name__) for layer, _ in self.running)


def _caller() -> FrameType:
    """Return the frame that calls a layer, past the observer that the user's own calls go through."""
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("axiswise."):
        frame = frame.f_back
    return frame


_WRAPPERS: tuple[type, ...] = (_KERAS.layers.Wrapper, _KERAS.layers.TimeDistributed, _KERAS.layers.Bidirectional)
"""Layers whose settings are those of the layer that they were built around."""

_HOLDERS: tuple[type, ...] = (_KERAS.layers.Lambda, _KERAS.layers.Wrapper, _KERAS.layers.RNN)
"""Layers inside which code of the user's may run."""


def _own(layer: Any) -> dict[str, Any]:
    """Return what a layer itself holds, past its class' own ways of looking attributes up."""
    return cast("dict[str, Any]", vars(layer))


def _attribute(owner: Any, layer: Any) -> str:
    """Return the attribute that holds a layer, with its place in a list or a dict; empty where none does."""
    own = _own(owner)
    # On torch a layer is a module, and keeps its layers as such.
    held: dict[str, Any] = {**own, **own.get("_modules", {})}
    for name, value in held.items():
        if name.startswith("_"):
            continue
        if value is layer:
            return name
        if isinstance(value, dict):
            items = list(cast("dict[Any, Any]", value).items())
        else:
            items: list[tuple[Any, Any]] = list(enumerate(value)) if is_series(value) else []
        place: Any = next((key for key, item in items if item is layer), None)
        if place is not None:
            return f"{name}.{place}"
    return ""
