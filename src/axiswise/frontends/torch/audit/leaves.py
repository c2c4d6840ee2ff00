"""The tensors inside what a module takes and returns: found by their paths, and put back in their places."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, cast

import torch

DEEPEST = 6
"""Containers within containers that are looked into."""

Inputs = dict[str, Any]
"""What `forward` is given, by the names of its parameters."""


def leaves(value: Any, path: str = "output", depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the tensors in a value, each with its path as the user would write it (`output['logits']`)."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif depth > DEEPEST:
        return
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[Any, Any]", value).items():
            yield from leaves(item, f"{path}[{key!r}]", depth + 1)
    elif fields := _fields(value):
        for name in fields:
            yield from leaves(getattr(value, name), f"{path}.{name}", depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from leaves(item, f"{path}[{index}]", depth + 1)


def named(inputs: Inputs) -> dict[str, torch.Tensor]:
    """Return the tensors among a module's inputs, by path."""
    return {path: tensor for name, value in inputs.items() for path, tensor in leaves(value, name)}


def changed(inputs: Inputs, change: Callable[[str, torch.Tensor], torch.Tensor]) -> Inputs:
    """Return the inputs with each tensor replaced by what `change(path, tensor)` returns."""
    return {name: _rebuilt(value, name, change, 0) for name, value in inputs.items()}


def _rebuilt(value: Any, path: str, change: Callable[[str, torch.Tensor], torch.Tensor], depth: int) -> Any:
    if isinstance(value, torch.Tensor):
        return change(path, value)
    if depth > DEEPEST:
        return value

    def inner(item: Any, key: str) -> Any:
        return _rebuilt(item, f"{path}{key}", change, depth + 1)

    if isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value).items()
        return _as(cast("Any", value), {key: inner(item, f"[{key!r}]") for key, item in pairs})
    fields = _fields(value)
    if fields:
        parts = {name: inner(getattr(value, name), f".{name}") for name in fields}
        replacing = getattr(value, "_replace", None) or partial(dataclasses.replace, value)
        return replacing(**parts)
    if type(value) in (list, tuple):
        return type(value)([inner(item, f"[{at}]") for at, item in enumerate(value)])
    return value


def _fields(value: Any) -> list[str]:
    """Return the fields of a named tuple, or those that a dataclass is built from."""
    if dataclasses.is_dataclass(value):
        return [] if isinstance(value, type) else [field.name for field in dataclasses.fields(value) if field.init]
    return list(getattr(value, "_fields", ())) if issubclass(type(value), tuple) else []


def _as(value: Any, items: dict[Any, Any]) -> Any:
    """Return a mapping's items as one of its kind; as a plain dict where it cannot be built from them."""
    if type(value) is dict:
        return items
    try:
        return type(value)(items)
    except TypeError:
        return items


def bound(module: torch.nn.Module, batch: Any) -> list[tuple[Inputs, str]]:
    """Return a batch as arguments of `forward` by name, the likeliest reading first, and what is left out, in words.

    Raises:
        TypeError: `forward` does not take it.
    """
    signature = inspect.signature(module.forward)
    found: list[tuple[Inputs, str]] = []
    whole = (batch,)
    if isinstance(batch, Mapping) and all(isinstance(key, str) for key in cast("Mapping[Any, Any]", batch)):
        given = dict(cast("Mapping[str, Any]", batch))
        with suppress(TypeError):
            signature.bind(**given)
            found.append((given, ""))
        with suppress(TypeError):
            found.append((_positional(signature, whole), ""))
        return found or [(_positional(signature, whole), "")]
    if not isinstance(batch, (tuple, list)):
        return [(_positional(signature, whole), "")]
    values = tuple(cast("list[Any]", batch))
    for count in range(len(values), 0, -1):
        with suppress(TypeError):
            inputs = _positional(signature, values[:count])
            left = f"`forward` takes the first {count} of the batch's {len(values)} parts"
            found.append((inputs, left if count < len(values) else ""))
            break
    with suppress(TypeError):
        found.append((_positional(signature, whole), ""))
    return found or [(_positional(signature, values), "")]


def given(module: torch.nn.Module, args: tuple[Any, ...], keywords: dict[str, Any]) -> Inputs | None:
    """Return the arguments of a call by the names of `forward`'s parameters; None where they do not fit."""
    try:
        signature = inspect.signature(module.forward)
        bound = signature.bind(*args, **keywords).arguments
    except (TypeError, ValueError):
        return None
    inputs: Inputs = {}
    for name, value in bound.items():
        kind = signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            inputs |= {f"*{at}": each for at, each in enumerate(cast("tuple[Any, ...]", value))}
        elif kind is inspect.Parameter.VAR_KEYWORD:
            inputs |= value
        else:
            inputs[name] = value
    return inputs


def _positional(signature: inspect.Signature, values: tuple[Any, ...]) -> Inputs:
    """Return positional arguments by the names of their parameters; those of `*args` by their numbers."""
    signature.bind(*values)
    kinds = inspect.Parameter
    names = [
        each.name
        for each in signature.parameters.values()
        if each.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    ]
    return {names[at] if at < len(names) else f"*{at}": value for at, value in enumerate(values)}


def as_call(module: torch.nn.Module, inputs: Inputs) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return inputs by name as positional and keyword arguments of `forward`."""
    positional = [
        each.name
        for each in inspect.signature(module.forward).parameters.values()
        if each.kind is inspect.Parameter.POSITIONAL_ONLY
    ]
    if any(name.startswith("*") for name in inputs):
        return tuple(inputs.values()), {}
    first = tuple(inputs[name] for name in positional if name in inputs)
    return first, {name: value for name, value in inputs.items() if name not in positional}
