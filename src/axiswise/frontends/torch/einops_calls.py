"""einops on an abstract run: each of its functions is one call, in the words of its pattern."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

from axiswise.frontends.torch.tracer import Tracer
from axiswise.frontends.torch.vocabulary.einops import read_einops

FUNCTIONS = ("rearrange", "reduce", "repeat", "einsum", "pack", "unpack")


def follow_einops(tracer: Tracer) -> None:
    """Record einops' functions, where einops is installed."""
    if importlib.util.find_spec("einops") is None:
        return
    einops: Any = importlib.import_module("einops")
    for name in FUNCTIONS:
        if hasattr(einops, name):
            setattr(einops, name, _followed(tracer, name, getattr(einops, name)))


def _followed(tracer: Tracer, name: str, function: Any) -> Any:
    def followed(*args: Any, **kwargs: Any) -> Any:
        with tracer.quietly():
            reading = read_einops(name, args, kwargs)
        if reading is None:
            return function(*args, **kwargs)
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        return tracer.layer_call(reading, lambda: function(*args, **kwargs), f"einops.{name}", frame)

    followed.__name__, followed.__doc__ = name, function.__doc__
    return followed
