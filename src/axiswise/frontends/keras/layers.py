"""Keras' layers: which one is running, how it was built, and its call as one operation.

`Layer.__call__` is the one place through which every layer of every backend goes, symbolic or not.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, cast

from keras.src.layers.layer import Layer  # type: ignore[import-untyped]

from axiswise.facts import LayerRef
from axiswise.frontends.construction import Built, built_by
from axiswise.frontends.eager.recorder import Recorder
from axiswise.frontends.keras.batches import Batches
from axiswise.frontends.keras.vocabulary.reading import read_layer

_BUILT = "_axiswise_built"
_LAYER: Any = cast("Any", Layer)


class LayerStack:
    """The layers whose `__call__` is running, outermost first."""

    def __init__(self, recorder: Recorder, batches: Batches) -> None:
        self.recorder = recorder
        self.batches = batches
        self.running: list[Any] = []

    def install(self) -> None:
        """Let every layer's construction and call arrive here."""
        begin, call = _LAYER.__init__, _LAYER.__call__

        def __init__(layer: Any, *args: Any, **kwargs: Any) -> None:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            object.__setattr__(layer, _BUILT, built_by(layer, frame, self.recorder.user))
            begin(layer, *args, **kwargs)

        def __call__(layer: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            return self.called(layer, call, args, kwargs, frame)

        _LAYER.__init__, _LAYER.__call__ = __init__, __call__

    def called(self, layer: Any, call: Any, args: Any, kwargs: Any, frame: FrameType) -> Any:
        """Call a layer; one that the vocabulary knows is written down as one operation."""
        self.batches.arrived(layer, args, frame)
        self.running.append(layer)
        try:
            reading = read_layer(self.recorder, layer, args, kwargs)
            if reading is None or self.recorder.quiet:
                return call(layer, *args, **kwargs)
            name = f"{type(layer).__module__}.{type(layer).__qualname__}"
            return self.recorder.run(reading, lambda: call(layer, *args, **kwargs), frame, name)
        finally:
            self.running.pop()

    def is_users(self, layer: Any) -> bool:
        """Return whether the user wrote a layer's class."""
        path = getattr(sys.modules.get(type(layer).__module__), "__file__", None)
        return path is not None and self.recorder.user.owns_path(path)

    def layer(self) -> LayerRef | None:
        """Return the innermost running layer, where a library wrote it."""
        if not self.running or self.is_users(self.running[-1]):
            return None
        layer = self.running[-1]
        built: Built | None = vars(layer).get(_BUILT)
        settings, frames = (built.settings, built.frames) if built else ({}, ())
        owner = next((each for each in reversed(self.running[:-1]) if self.is_users(each)), None)
        below = self.running[self.running.index(owner) + 1 :] if owner is not None else self.running
        inside = "" if below[0] is layer else str(layer.name)
        return LayerRef(self.path(layer), type(layer).__name__, settings, frames, below[0] is layer, inside)

    def path(self, layer: Any) -> str:
        """Return the attribute by which a running model of the user's holds a layer, else the layer's Keras name."""
        for owner in reversed(self.running[:-1]):
            if self.is_users(owner):
                held = next((name for name, value in vars(owner).items() if value is layer), None)
                if held is not None:
                    return held
        return str(layer.name)

    def within(self) -> tuple[tuple[str, str], ...]:
        """Return the running layers as (name, class), outermost first."""
        return tuple((str(layer.name), type(layer).__name__) for layer in self.running)
