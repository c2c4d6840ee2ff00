"""Types of tensors that make tensors, `torch.LongTensor` and its like: no mode sees them called, and CUDA's make none.

Each has a stand-in that is called, asked by `isinstance` and handed to `Tensor.type` as the type itself is.
"""

from __future__ import annotations

import sys
from typing import Any

import torch

from axiswise.frontends.torch import calls, modules
from axiswise.frontends.torch.tensors import fact_of
from axiswise.frontends.torch.tracer import Tracer

_DTYPES = {
    "FloatTensor": torch.float32,
    "DoubleTensor": torch.float64,
    "HalfTensor": torch.float16,
    "BFloat16Tensor": torch.bfloat16,
    "LongTensor": torch.int64,
    "IntTensor": torch.int32,
    "ShortTensor": torch.int16,
    "CharTensor": torch.int8,
    "ByteTensor": torch.uint8,
    "BoolTensor": torch.bool,
}


class TensorType(type):
    """A type of tensors on one device.

    Attributes:
        dtype: Of what it makes.
        home: Label of the device that it makes it on.
        tracer: Labels it.
    """

    dtype: torch.dtype
    home: str
    tracer: Tracer

    def __call__(cls, *given: Any, device: Any = None) -> torch.Tensor:
        """Return a tensor of data, of another tensor, or of sizes without content.

        Raises:
            TypeError: It is neither.
        """
        if len(given) == 1 and isinstance(given[0], torch.Tensor):
            made = given[0].to(cls.dtype)
        elif len(given) == 1 and not isinstance(given[0], (int, torch.Size)):
            made = torch.tensor(given[0], dtype=cls.dtype)
        else:
            sizes = given[0] if given and isinstance(given[0], torch.Size) else given
            made = torch.empty(tuple(sizes) or (0,), dtype=cls.dtype)
        return calls.moved(cls.tracer, made, calls.label(cls.home))

    def __instancecheck__(cls, instance: object) -> bool:
        if not isinstance(instance, torch.Tensor):
            return False
        return instance.dtype == cls.dtype and fact_of(instance).device == calls.label(cls.home)

    def __str__(cls) -> str:
        return f"{cls.__module__}.{cls.__name__}"


def install(tracer: Tracer) -> None:
    """Put the stand-ins in place."""
    found: dict[str, TensorType] = {}
    for owner, home in ((torch, "cpu"), (torch.cuda, "cuda:0")):
        for name, dtype in _DTYPES.items():
            held = {"dtype": dtype, "home": home, "tracer": tracer, "__module__": owner.__name__}
            found[f"{owner.__name__}.{name}"] = made = TensorType(name, (), held)
            modules.replace_in(owner, name, made)

    def typed(tracer: Tracer, func: Any, args: Any, kwargs: Any) -> Any:
        wanted = kwargs.get("dtype", args[1] if len(args) > 1 else None)
        wanted = found.get(wanted, wanted) if isinstance(wanted, str) else wanted
        if isinstance(wanted, TensorType):
            asking = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
            made = tracer.run(func, "torch.Tensor.type", (args[0], wanted.dtype), {}, asking)
            return calls.moved(tracer, made, calls.label(wanted.home))
        if wanted is None:
            place, dtype = fact_of(args[0]).device, args[0].dtype
            names = (name for name, each in found.items() if each.dtype == dtype and each.home == place)
            return next(names, calls.UNANSWERED)
        return calls.UNANSWERED

    def set_default(wanted: Any) -> None:
        kind = found.get(wanted, wanted) if isinstance(wanted, str) else wanted
        if isinstance(kind, TensorType):
            torch.set_default_dtype(kind.dtype)
            torch.set_default_device(kind.home.partition(":")[0])

    calls.ANSWERS["torch.Tensor.type"] = typed
    modules.replace_in(torch, "set_default_tensor_type", set_default)
