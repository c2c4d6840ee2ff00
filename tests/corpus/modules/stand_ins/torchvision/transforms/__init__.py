"""Transforms that leave images as they are."""

from __future__ import annotations

import enum
from typing import Any

from torch import nn


class Unchanged(nn.Identity):
    """Any transform."""


class Compose(nn.Sequential):
    """Several, one after the other."""

    def __init__(self, transforms: list[nn.Module]) -> None:
        super().__init__(*[each for each in transforms if isinstance(each, nn.Module)])


class InterpolationMode(enum.Enum):
    """Ways to resize, by name."""

    NEAREST, BILINEAR, BICUBIC = "nearest", "bilinear", "bicubic"
    BOX, HAMMING, LANCZOS = "box", "hamming", "lanczos"


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return Unchanged
