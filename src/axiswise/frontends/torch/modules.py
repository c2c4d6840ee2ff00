"""Modules on an abstract run: which one is running is known, where they live is a label, and lazy ones become real."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, cast

import torch
from torch._subclasses.fake_tensor import unset_fake_temporarily

from axiswise.frontends.torch import calls
from axiswise.frontends.torch.tensors import fact_of
from axiswise.frontends.torch.tracer import Tracer
from axiswise.frontends.torch.vocabulary.reading import read_layer


def replace_in(owner: Any, name: str, value: Any) -> None:
    """Put a stand-in in the place of an attribute, where this torch has one."""
    if hasattr(owner, name):
        setattr(owner, name, value)


def install(tracer: Tracer) -> None:
    begin, call = torch.nn.Module.__init__, torch.nn.Module.__call__

    def __init__(self: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
        tracer.modules.built(self)
        begin(self, *args, **kwargs)

    def __call__(self: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        tracer.modules.running.append(self)
        try:
            reading = read_layer(self, args, kwargs)
            if reading is None:
                return call(self, *args, **kwargs)
            frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
            name = f"{type(self).__module__}.{type(self).__qualname__}"
            return tracer.layer_call(reading, lambda: call(self, *args, **kwargs), name, frame)
        finally:
            tracer.modules.running.pop()

    torch.nn.Module.__init__ = __init__
    torch.nn.Module.__call__ = __call__

    _lazily()

    def _apply(self: torch.nn.Module, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> Any:
        """Convert by new parameters: torch swaps the old ones in place, which fake tensors do not allow."""
        for child in self.children() if recurse else ():
            cast("Any", child)._apply(fn)
        holder = cast("Any", self)
        for held in (holder._parameters, holder._buffers):
            for name, tensor in list(held.items()):
                new = fn(tensor.detach()) if tensor is not None else None
                if tensor is None or new is None or new.dtype == tensor.dtype:
                    continue
                fact_of(new).device = fact_of(tensor).device
                is_parameter = isinstance(tensor, torch.nn.Parameter)
                held[name] = torch.nn.Parameter(new, tensor.requires_grad) if is_parameter else new
        return self

    replace_in(torch.nn.Module, "_apply", _apply)

    def to(self: torch.nn.Module, *args: Any, **kwargs: Any) -> torch.nn.Module:
        device, dtype = calls.conversion(args, kwargs)

        def retyped(tensor: torch.Tensor) -> torch.Tensor:
            return tensor.to(dtype) if tensor.is_floating_point() else tensor

        if dtype is not None:
            cast("Any", self)._apply(retyped)
        return labelled(self, calls.label(device)) if device is not None else self

    def cuda(self: torch.nn.Module, device: Any = None) -> torch.nn.Module:
        return labelled(self, calls.label("cuda" if device is None else device))

    def cpu(self: torch.nn.Module) -> torch.nn.Module:
        return labelled(self, "cpu")

    replace_in(torch.nn.Module, "to", to)
    replace_in(torch.nn.Module, "cuda", cuda)
    replace_in(torch.nn.Module, "cpu", cpu)


def _lazily() -> None:
    """Let lazy layers' parameters be real: a parameter that changes its class cannot be a fake tensor."""
    parameter: Any = torch.nn.parameter
    for kind in (parameter.UninitializedParameter, parameter.UninitializedBuffer):
        begin, materialize = kind.__new__, kind.materialize

        def __new__(cls: Any, *args: Any, _begin: Any = begin, **kwargs: Any) -> Any:
            with unset_fake_temporarily():
                return _begin(cls, *args, **{**kwargs, "device": None})

        def materialized(self: Any, shape: Any, device: Any = None, dtype: Any = None, _do: Any = materialize) -> None:
            with unset_fake_temporarily():
                _do(self, tuple(int(size) for size in shape), dtype=dtype)

        kind.__new__, kind.materialize = __new__, materialized


def labelled(module: torch.nn.Module, device: str) -> torch.nn.Module:
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        fact = fact_of(tensor)
        fact.device, fact.parameter = device, name.rpartition(".")[2]
    return module
