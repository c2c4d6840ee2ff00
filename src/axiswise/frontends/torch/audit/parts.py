"""The parts of a module that takes too long or is too large, each with what it was called with in one run."""

from __future__ import annotations

import inspect
from typing import Any, cast

import torch

from axiswise.frontends.torch.audit.leaves import Inputs, changed, given, leaves, named
from axiswise.frontends.torch.audit.subject import Subject
from axiswise.frontends.torch.audit.unbuilt import size_of

MOST = 6
"""Parts that are audited by themselves."""


def parts_of(subject: Subject, inputs: Inputs, largest: int | None = None) -> list[tuple[str, torch.nn.Module, Inputs]]:
    """Return the parts of a module by path, one of each class, with the inputs of their first call in a run.

    Args:
        subject: The module.
        inputs: What it is run with.
        largest: Bytes of parameters from which on a part is taken apart in its turn.
    """
    parts = list(_within(subject.module, "", largest))
    first: dict[str, tuple[str, torch.nn.Module, Inputs]] = {}

    def note(path: str) -> Any:
        def called(module: torch.nn.Module, args: Any, keywords: Any) -> None:
            taken = given(module, args, keywords) if type(module).__qualname__ not in first else None
            if taken is not None:
                kept = changed(_without_stores(module, taken), lambda _path, tensor: tensor.detach().clone())
                first[type(module).__qualname__] = path, module, kept

        return called

    handles = [part.register_forward_pre_hook(note(path), with_kwargs=True) for path, part in parts]
    subject.run(inputs)
    for handle in handles:
        handle.remove()
    return list(first.values())[:MOST]


def _without_stores(module: torch.nn.Module, inputs: Inputs) -> Inputs:
    """Return inputs without the optional objects that a run fills (caches): each further run would fill them more."""
    parameters = inspect.signature(module.forward).parameters
    return {
        name: value
        for name, value in inputs.items()
        if not (
            name in parameters
            and parameters[name].default is None
            and hasattr(value, "__dict__")
            and not any(True for _ in leaves(value))
        )
    }


def axis_of(inputs: Inputs, count: int) -> int | None:
    """Return the one axis of a part's inputs that has as many places as there are examples; None where several may."""
    sizes = [tuple(tensor.shape) for tensor in named(inputs).values() if tensor.ndim > 1]
    axes = {axis for each in sizes for axis, size in enumerate(each) if size == count}
    return axes.pop() if len(axes) == 1 and all(count in each for each in sizes) else None


def _within(module: torch.nn.Module, prefix: str, largest: int | None) -> list[tuple[str, Any]]:
    """Return a module's parts, those of lists in their place; layers of torch's own have no parts of the user's."""
    found: list[tuple[str, Any]] = []
    for name, child in cast("Any", module).named_children():
        path = f"{prefix}{name}"
        is_list = isinstance(child, (torch.nn.ModuleList, torch.nn.ModuleDict, torch.nn.Sequential))
        if is_list or (largest is not None and size_of(child) > largest):
            found += _within(child, f"{path}.", largest)
        elif any(True for _ in child.children()) or not type(child).__module__.startswith("torch."):
            found.append((path, child))
    return found
