"""A live exception's own frames: which layer was running, and the shapes of the tensors its line names.

Only names, fields and shapes are read. Nothing of the user's is called, a property not either.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FrameType
from typing import Any, cast

import torch

from axiswise.facts import LayerRef
from axiswise.frontends.raising import frames_of, shapes_named
from axiswise.source.frames import UserCode
from axiswise.source.text import Sources

_SETTINGS = (bool, int, float, str, tuple, type(None))


def layer_of(error: BaseException, sources: Sources) -> LayerRef | None:
    """Return the library's layer that an exception was raised in, or None where it was raised in none."""
    own, _, inside = frames_of(error, UserCode(sources))
    running = [frame.f_locals.get("self") for frame in inside]
    layers = [each for each in running if isinstance(each, torch.nn.Module)]
    if own is None or not layers:
        return None
    called, layer = layers[0], layers[-1]
    within = _path(layer, called)
    return LayerRef(_reached(layer, own), type(layer).__name__, _settings(layer), direct=called is layer, inside=within)


def _path(module: torch.nn.Module, root: torch.nn.Module) -> str:
    named: Iterator[tuple[str, Any]] = cast("Any", root).named_modules()
    return next((name for name, child in named if child is module), "")


def _reached(module: torch.nn.Module, frame: FrameType) -> str:
    """Return the path on which a frame reaches a module: in its own module, or from a name of its."""
    owner = frame.f_locals.get("self")
    if isinstance(owner, torch.nn.Module) and (path := _path(module, owner)):
        return path
    for name, value in list(frame.f_locals.items()):
        if value is module:
            return name
        if isinstance(value, torch.nn.Module) and (path := _path(module, value)):
            return f"{name}.{path}"
    return ""


def _settings(layer: torch.nn.Module) -> dict[str, Any]:
    """Return the constructor's arguments that the layer keeps under their own names."""
    names = inspect.signature(type(layer).__init__).parameters
    kept = vars(layer)
    return {name: kept[name] for name in names if name in kept and isinstance(kept[name], _SETTINGS)}


def shapes_of(error: BaseException, sources: Sources) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the tensors that the user's failing expression names, as it spells them."""
    return shapes_named(error, sources, lambda value: tuple(value.shape) if isinstance(value, torch.Tensor) else None)
