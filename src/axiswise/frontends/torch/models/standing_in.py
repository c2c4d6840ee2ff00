"""What stands in the place of a network or a function that only the user knows: it takes what is spoken of around."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import nn

from axiswise.frontends.torch.models.specs import Record

WIDTH = 32
OUTPUTS = 10
TOKENS = 100

_TOKENS = re.compile(r"token|text|logits|vocab|\bseq\b|prompt|language|decoder|autoregress", re.IGNORECASE)
_IMAGES = re.compile(r"image|img|video|pixel|crop|conv|patch|frame", re.IGNORECASE)


class Network(nn.Sequential):
    """Layers that take images, tokens or features of any width, and give as many scores as there are classes."""

    dim = WIDTH
    num_classes = OUTPUTS

    def __str__(self) -> str:
        return f"a network ({', '.join(type(each).__name__ for each in self)})"


class Widened(nn.Module):
    """A layer that takes features of any width: it keeps as many as it has weights for."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(1, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.project(x.float().mean(-1, keepdim=True))


class Kept(nn.Identity):
    """A layer, or a function, that returns the first thing it is given."""

    said = "a function that returns what it is given"

    def forward(self, input: Any, *others: Any, **named: Any) -> Any:
        return input


class Scored(nn.Module):
    """A function that returns one number for each example: a critic."""

    said = "a function that returns one number for each example"

    def forward(self, x: torch.Tensor, *others: Any, **named: Any) -> torch.Tensor:
        return x.flatten(1).mean(1, keepdim=True)


FUNCTIONS = Kept, Scored
"""What is given for an argument that is called."""


def has_function(value: Any) -> bool:
    """Return whether one of `FUNCTIONS` is among the arguments of a call."""
    if isinstance(value, Mapping):
        return any(map(has_function, cast("Mapping[Any, Any]", value).values()))
    if isinstance(value, (tuple, list)):
        return any(map(has_function, cast("list[Any]", value)))
    return isinstance(value, Record) and (value.cls in FUNCTIONS or has_function(value.fields))


def network(cls: type, tree: ast.ClassDef | None) -> Network:
    """Return a network for an argument of a class: of images where the class speaks of them, of tokens, or of features.

    Args:
        cls: The class.
        tree: Its syntax tree, where that is at hand.
    """
    nodes = list(ast.walk(tree)) if tree is not None else []
    names = " ".join(each.arg for each in nodes if isinstance(each, ast.arg))
    text = names if _IMAGES.search(names) or _TOKENS.search(names) else ast.unparse(tree) if tree is not None else ""
    images, tokens = (len(pattern.findall(f"{cls.__name__} {text}")) for pattern in (_IMAGES, _TOKENS))
    if images >= tokens and images:
        return Network(
            nn.Conv2d(3, WIDTH, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(WIDTH, OUTPUTS)),
        )
    if tokens:
        return Network(nn.Embedding(TOKENS, WIDTH), nn.GELU(), nn.Linear(WIDTH, TOKENS))
    return Network(Widened(), nn.GELU(), nn.Linear(WIDTH, OUTPUTS))
