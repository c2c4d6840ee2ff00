"""A live exception of Keras, TensorFlow, JAX or NumPy: which layer was running, and the shapes that its line names.

Nothing is imported: what the program has not loaded, it does not hold.
"""

from __future__ import annotations

import inspect
import sys
from types import FrameType
from typing import Any

from axiswise.facts import LayerRef
from axiswise.frontends.construction import is_setting
from axiswise.frontends.raising import frames_of, shapes_named
from axiswise.source.frames import UserCode
from axiswise.source.text import Sources

_ARRAYS = (
    ("numpy", "ndarray"),
    ("tensorflow", "Tensor"),
    ("tensorflow", "Variable"),
    ("jax", "Array"),
    ("torch", "Tensor"),
    ("keras", "KerasTensor"),
    ("keras", "Variable"),
)
"""Where the classes of arrays are found, by module and name."""

_LAYERS = (("keras", "Layer"), ("tf_keras", "layers.Layer"))


def _classes(names: tuple[tuple[str, str], ...]) -> tuple[type, ...]:
    found: list[type] = []
    for package, path in names:
        value: Any = sys.modules.get(package)
        for part in path.split("."):
            value = getattr(value, part, None)
        if isinstance(value, type):
            found.append(value)
    return tuple(found)


def layer_of(error: BaseException, sources: Sources) -> LayerRef | None:
    """Return the library's layer that an exception was raised in, or None where it was raised in none."""
    own, _, inside = frames_of(error, UserCode(sources))
    kinds = _classes(_LAYERS)
    layers: list[Any] = [each for frame in inside if isinstance(each := frame.f_locals.get("self"), kinds)]
    if own is None or not layers:
        return None
    layer = layers[-1]
    name = _reached(layer, own) or str(layer.name)
    return LayerRef(name, type(layer).__name__, _settings(layer), direct=layers[0] is layer)


def _reached(layer: Any, frame: FrameType) -> str:
    """Return the name of a frame, or the field of its own object, that holds a layer."""
    fields: dict[str, Any] = getattr(frame.f_locals.get("self"), "__dict__", {})
    spaces = (fields, frame.f_locals)
    return next((name for space in spaces for name, value in list(space.items()) if value is layer), "")


def _settings(layer: Any) -> dict[str, Any]:
    """Return the constructor's arguments that the layer keeps under their own names."""
    names = inspect.signature(type(layer).__init__).parameters
    kept: dict[str, Any] = layer.__dict__
    return {name: kept[name] for name in names if name in kept and is_setting(kept[name])}


def shapes_of(error: BaseException, sources: Sources) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays that the user's failing expression names, as it spells them."""
    kinds = _classes(_ARRAYS)

    def shape(value: object) -> tuple[int, ...] | None:
        if not isinstance(value, kinds):
            return None
        sizes: Any = getattr(value, "shape", None)
        if sizes is None or getattr(sizes, "rank", 0) is None:
            return None
        return tuple(-1 if size is None else int(size) for size in sizes)

    return shapes_named(error, sources, shape)
