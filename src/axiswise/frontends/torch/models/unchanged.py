"""A run leaves a module as it was: a cache, or a window that shrank to one input's size, is no use to the next one."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from operator import is_
from typing import Any, cast

import torch
from torch.nn.parameter import is_lazy

from axiswise.source.frames import plain

_CONTAINERS = frozenset({dict, list, set})


@contextmanager
def as_it_was(model: Any, *, numbers: bool = False) -> Generator[None]:
    """Give every module of a model back the attributes it had, and what the lists and dicts among them held.

    Args:
        model: A module; anything else is left alone, and so is one whose layers are made by its first run.
        numbers: While it runs, its sizes are plain numbers, which symbols can be compared with.
    """
    held: list[tuple[Any, Any]] = []
    modules = list(model.modules()) if isinstance(model, torch.nn.Module) else []
    for module in modules if not _are_unmade(modules) else ():
        inside = vars(module)
        was = inside.copy()
        held.append((inside, was))
        value: Any
        for name, value in was.items():
            if type(value) in _CONTAINERS:
                held.append((value, value.copy()))
            elif numbers:
                inside[name] = plain(value)
    try:
        yield
    finally:
        for container, content in held:
            if not _is_still(container, content):
                container.clear()
                (cast("Any", container).extend if isinstance(container, list) else container.update)(content)


@contextmanager
def evaluating(model: torch.nn.Module) -> Generator[None]:
    """Let a module evaluate, and train again afterwards if it did."""
    was = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was)


def evaluates_alike(model: torch.nn.Module, *, mode_read: bool) -> bool:
    """Return whether a module does in evaluation what it did in a run: nothing in it asked, or it evaluates already.

    Args:
        model: The module.
        mode_read: Whether any part of it asked in that run if it trains.
    """
    kind = torch.nn.Module
    layers = list(model.modules())
    is_a_flag = all(type(layer).train is kind.train and type(layer).eval is kind.eval for layer in layers)
    return is_a_flag and not (mode_read and any(layer.training for layer in layers))


def _is_still(container: Any, content: Any) -> bool:
    """Return whether a container holds the very things that it held; of a deep model nearly all do."""
    if len(container) != len(content):
        return False
    if isinstance(container, dict):
        inside, was = cast("dict[Any, Any]", container), cast("dict[Any, Any]", content)
        return all(map(is_, inside.values(), was.values())) and all(map(is_, inside, was))
    return all(map(is_, container, content))


def _are_unmade(modules: list[torch.nn.Module]) -> bool:
    return any(is_lazy(tensor) for module in modules for tensor in vars(module)["_parameters"].values())
