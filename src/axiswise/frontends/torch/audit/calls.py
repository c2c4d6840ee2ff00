"""Remember what a program calls its models with: the first batch of each outermost module, in training and evaluation.

`torch.nn.Module.__call__` is the one place that every call passes, with its keywords; it is put back when enough is
known. Losses and single layers of torch's own are let pass: there is nothing of the user's in them.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch.utils.data.dataloader import _BaseDataLoaderIter  # pyright: ignore[reportPrivateUsage]

from axiswise.frontends.torch.audit.layout import layout, resized
from axiswise.frontends.torch.audit.leaves import Inputs, changed, given, leaves, named

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
        loaded: The modules, by id, that were called with what a loader put together: axis 0 of it is the batch.
    """

    spent: Callable[[], None]
    seconds: float
    batches: dict[int, tuple[torch.nn.Module, dict[bool, Inputs]]] = field(
        default_factory=dict[int, tuple[torch.nn.Module, dict[bool, Inputs]]]
    )
    loaded: set[int] = field(default_factory=set[int])
    _last: list[weakref.ref[torch.Tensor]] = field(default_factory=list[weakref.ref[torch.Tensor]])
    _inside: threading.local = field(default_factory=threading.local)
    _began: float = field(default_factory=time.monotonic)
    _original: Any = None
    _next: Any = None

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
        self._watch_loaders()

    def _watch_loaders(self) -> None:
        loading: Any = _BaseDataLoaderIter
        following = self._next = loading.__next__

        def loaded(iterator: Any) -> Any:
            batch = following(iterator)
            tensors = [tensor for _, tensor in leaves(batch) if tensor.ndim]
            is_batch = iterator._auto_collation and len({tensor.shape[0] for tensor in tensors}) == 1
            self._last = [weakref.ref(tensor) for tensor in tensors] if is_batch else []
            return batch

        loading.__next__ = loaded

    def _is_loaded(self, inputs: Inputs) -> bool:
        """Return whether an input is what a loader gave last, or a view of it with as many rows."""
        known = [tensor for each in self._last if (tensor := each()) is not None]
        return any(
            tensor.ndim and _place(tensor) == _place(each) and tensor.shape[0] == each.shape[0]
            for tensor in named(inputs).values()
            for each in known
        )

    def end(self) -> None:
        """Watch no more."""
        if self._original is not None:
            torch.nn.Module.__call__ = self._original
            cast("Any", _BaseDataLoaderIter).__next__ = self._next
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
                if self._is_loaded(cast("Inputs", given(module, args, keywords))):
                    self.loaded.add(id(module))
                self.batches[id(module)] = module, batches

    def models(self) -> list[tuple[torch.nn.Module, Any, bool]]:
        """Return the modules, each with the batch to audit it with, and whether a loader put that together.

        The batch is that of an evaluation, where there was one.
        """
        return [
            (module, each.get(False, each.get(True)), known in self.loaded)
            for known, (module, each) in self.batches.items()
        ]


def _place(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


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
