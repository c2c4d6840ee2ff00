"""Remember what a program calls its models with: the first batch of each outermost module, in training and evaluation.

`torch.nn.Module.__call__` is the one place that every call passes, with its keywords; it is put back when enough is
known. Losses and single layers of torch's own are let pass: there is nothing of the user's in them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from axiswise.frontends.torch.audit.layout import layout, resized
from axiswise.frontends.torch.audit.leaves import Inputs, changed, given, named

MOST = 8
"""Modules that are remembered."""
LARGE = 16 << 20
"""Bytes of a batch from which on a few examples of it are kept."""
FEW = 8

_PASSED = ("torch.nn.parallel", "torch._dynamo", "torch.nn.modules.loss")


@dataclass(slots=True)
class Calls:
    """The calls that are remembered.

    Attributes:
        spent: Called once, at a call of a module after a time.
        seconds: That time.
        batches: Of each module by its id: itself, and its first batch by whether it was training.
    """

    spent: Callable[[], None]
    seconds: float
    batches: dict[int, tuple[torch.nn.Module, dict[bool, Inputs]]] = field(
        default_factory=dict[int, tuple[torch.nn.Module, dict[bool, Inputs]]]
    )
    _inside: threading.local = field(default_factory=threading.local)
    _began: float = field(default_factory=time.monotonic)
    _original: Any = None

    def begin(self) -> None:
        """Watch the calls of modules from now on."""
        original = self._original = torch.nn.Module.__call__
        inside = self._inside

        def called(module: torch.nn.Module, *args: Any, **keywords: Any) -> Any:
            if getattr(inside, "depth", 0) or type(module).__module__.startswith(_PASSED):
                return original(module, *args, **keywords)
            if time.monotonic() - self._began > self.seconds and self.batches:
                self.end()
                self.spent()
            elif not _is_single(module):
                self._remember(module, args, keywords)
            inside.depth = 1
            try:
                return original(module, *args, **keywords)
            finally:
                inside.depth = 0

        torch.nn.Module.__call__ = called  # type: ignore[method-assign]

    def end(self) -> None:
        """Watch no more."""
        if self._original is not None:
            torch.nn.Module.__call__ = self._original
            self._original = None

    def _remember(self, module: torch.nn.Module, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        known = self.batches.get(id(module))
        if known is None and len(self.batches) >= MOST:
            return
        batches = known[1] if known is not None else {}
        if module.training not in batches and self._original is not None:
            inputs = copied(module, args, keywords)
            if inputs is not None:
                batches[module.training] = inputs
                self.batches[id(module)] = module, batches

    def models(self) -> list[tuple[torch.nn.Module, Any]]:
        """Return the modules, each with the batch to audit it with: that of an evaluation, where there was one."""
        return [(module, each.get(False, each.get(True))) for module, each in self.batches.values()]


def _is_single(module: torch.nn.Module) -> bool:
    """Return whether a module is a layer of torch's own."""
    return type(module).__module__.startswith("torch.") and not isinstance(module, torch.nn.Sequential)


def copied(module: torch.nn.Module, args: tuple[Any, ...], keywords: dict[str, Any]) -> Inputs | None:
    """Return copies of what a module is called with, few examples of a large batch; None where it does not fit."""
    inputs = given(module, args, keywords)
    if inputs is None:
        return None
    size = sum(tensor.numel() * tensor.element_size() for tensor in named(inputs).values())
    known = layout(inputs, 0)
    if size > LARGE and known is not None and known.count > FEW:
        inputs = resized(known, FEW)
    return changed(inputs, lambda _path, tensor: tensor.detach().to("cpu", copy=True))
