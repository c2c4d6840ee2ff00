"""The model's own numbers by name, and what they say of its inputs: an image of `image_size`, with `num_channels`.

A number is the model's own where a module keeps it, or an object that a module keeps (a configuration, and what is
nested in it).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import torch

from axiswise.frontends.torch.models.changing import replaced
from axiswise.frontends.torch.models.ideas import FIRST_SIDES, SIZES
from axiswise.frontends.torch.models.lexicon import meaning
from axiswise.frontends.torch.models.specs import AxisSpec, CallSpec, TensorSpec

DEEPEST = 3
"""Objects within objects that are looked into."""

LARGEST = 4096
"""Sizes beyond this are not those of an input's axis."""

_MEANT = {
    "height": ("image", 0),
    "width": ("image", -1),
    "channels": ("in_channels", 0),
    "frames": ("frames", 0),
    "depth": ("frames", 0),
}
"""What a number that gives an axis its size means, and which it is where there are several."""

_OTHERS = re.compile(r"(pred|label|out|output|target|tgt|max|dec|future|horizon)_?.*", re.IGNORECASE)
"""Names of lengths that are not what goes in."""
MOST_LENGTHS = 2
"""Lengths that are tried."""

Numbers = Mapping[str, tuple[int, ...]]
"""One number, or a list of them, by name."""


_RUNNING = re.compile(r"(in|input|cur|curr|current|last|prev)_?(planes?|channels?|chans?|ch|c|width|features|dim)")


def numbers_of(model: Any) -> Numbers:
    """Return a model's numbers by name, outer ones before those of objects that it keeps."""
    found: dict[str, tuple[int, ...]] = {}
    level: list[Any] = [model]
    seen: set[int] = set()
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for each in level:
            if id(each) in seen:
                continue
            seen.add(id(each))
            for name, value in _items(each):
                numbers = whole(value)
                if numbers and not _is_running(each, name):
                    found.setdefault(name, numbers)
                elif _is_object(value):
                    inner.append(value)
        level = inner
    return found


def _is_running(holder: Any, name: str) -> bool:
    """Return whether a module's number counts channels as layers are put on (`self.in_planes`): nobody asked for it."""
    is_counter = isinstance(holder, torch.nn.Module) and bool(_RUNNING.fullmatch(name))
    return is_counter and name not in inspect.signature(type(holder).__init__).parameters


def suited(spec: TensorSpec, name: str, numbers: Numbers) -> TensorSpec:
    """Return a parameter's tensor, its axes with the sizes that a model's numbers give axes of their names."""
    axes = tuple(_suited(axis, numbers) for axis in spec.axes)
    if name.startswith(("decoder_", "target_", "tgt_")):  # a sequence of its own
        axes = tuple(AxisSpec("target_time", SIZES["time"] - 2) if axis.name == "time" else axis for axis in axes)
    return replace(spec, axes=axes)


def first_sides(layers: Iterable[torch.nn.Module], numbers: Numbers) -> dict[str, int]:
    """Return a height and a width to begin with: the model's own, else no size of a layer, which may fit by chance."""
    weights = (weight for each in layers for weight in vars(each)["_parameters"].values() if weight is not None)
    own = {size for weight in weights for size in weight.shape}
    side = next((each for each in (*FIRST_SIDES, 96, 160) if each not in own), FIRST_SIDES[0])
    return {name: _suited(AxisSpec(name, side), numbers).size for name in ("height", "width")}


def numbered(call: CallSpec, numbers: Numbers) -> Iterator[CallSpec]:
    """Yield calls in which axes of inputs have sizes that the model's numbers have for them."""
    yield from _shaped(call, numbers)
    yield from _lengthened(call, numbers)


def _shaped(call: CallSpec, numbers: Numbers) -> Iterator[CallSpec]:
    """Yield calls in which the last axes of an input have the sizes that a list of the model's numbers has for them.

    One number stands for all the axes behind those of the batch and of the channels.
    """
    for name, sizes in numbers.items():
        if meaning(name) != "image" and not name.endswith(("shape", "size")):
            continue
        for path, spec in call.tensors():
            last = sizes if len(sizes) > 1 else sizes * (len(spec.axes) - 2)
            if max(sizes) <= LARGEST and 1 < len(last) < len(spec.axes):
                kept = spec.axes[: -len(last)]
                wide = (replace(axis, size=size) for axis, size in zip(spec.axes[len(kept) :], last, strict=True))
                yield replaced(call, path, replace(spec, axes=(*kept, *wide)))


def _lengthened(call: CallSpec, numbers: Numbers) -> Iterator[CallSpec]:
    """Yield calls in which the first length of an input is one of the model's numbers that mean the length it reads."""
    own = [sizes[0] for name, sizes in numbers.items() if meaning(name) == "length" and not _OTHERS.fullmatch(name)]
    for size in islice(dict.fromkeys(each for each in own if 1 < each <= LARGEST), MOST_LENGTHS):
        lengths = [
            next((axis.name for axis in spec.axes if axis.name and not (axis.is_batch or axis.is_width)), "")
            for _, spec in call.tensors()
            if not any(axis.is_side for axis in spec.axes)
        ]
        for name in dict.fromkeys(filter(None, lengths)):
            yield call.resized({name: size})


def _suited(axis: AxisSpec, numbers: Numbers) -> AxisSpec:
    if axis.name == "mels":
        sizes = [size[0] for name, size in numbers.items() if name.startswith(("num_mel", "n_mel"))]
    elif axis.name in _MEANT:
        meant, at = _MEANT[axis.name]
        known = [size for name, size in numbers.items() if meaning(name) == meant]
        sizes = [size[at] for size in known if meant == "image" or len(size) == 1]  # others are those of its stages
    else:
        return axis
    return replace(axis, size=sizes[0]) if sizes and 0 < sizes[0] <= LARGEST else axis


def _items(each: Any) -> Iterator[tuple[str, Any]]:
    """Yield what an object or a dict of settings holds, by name."""
    held = cast("Mapping[Any, Any]", each if isinstance(each, dict) else vars(each))
    for name, value in [*held.items(), *_kept_behind(each)]:
        if isinstance(name, str) and not name.startswith("_"):
            yield name, value


def _kept_behind(each: Any) -> Iterator[tuple[str, Any]]:
    """Yield the settings that a model keeps behind a property."""
    if isinstance(inspect.getattr_static(cast("Any", type(each)), "config", None), property):
        try:
            yield "config", each.config
        except Exception:  # the model's own code, asked for mere numbers
            return


def whole(value: Any) -> tuple[int, ...]:
    """Return a size, or those in a list; nothing for any other value."""
    listed: tuple[Any, ...] = tuple(cast("Any", value)) if isinstance(value, (list, tuple)) else (value,)
    if all(isinstance(item, int) and not isinstance(item, bool) and item > 0 for item in listed):
        return tuple(int(item) for item in listed)
    return ()


def _is_object(value: Any) -> bool:
    """Return whether a value is an object of settings: no module, no tensor, no function, no class."""
    if isinstance(value, (torch.nn.Module, torch.Tensor, type)) or callable(value):
        return False
    return isinstance(value, dict) or (hasattr(value, "__dict__") and type(value).__module__ != "builtins")
