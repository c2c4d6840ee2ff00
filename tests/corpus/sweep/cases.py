"""What a sweep goes over: models of a library, each with a way to build it without data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch._subclasses.fake_tensor import FakeTensorMode, unset_fake_temporarily
from torch.overrides import TorchFunctionMode

T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """One model of a library.

    Attributes:
        group: What kind of model it is.
        name: Its class, or its architecture.
        ways: How it is built, the cheapest first; what one of them raises is passed over for the next.
    """

    group: str
    name: str
    ways: tuple[Callable[[], Any], ...]

    def built(self) -> Any:
        """Return the model, of fake tensors if it lets itself be built so, and ready for inference.

        Raises:
            Exception: What the last way raises.
        """
        for way in self.ways:
            with suppress(Exception), FakeTensorMode(allow_non_fake_inputs=True), Spaced():
                return way().eval()
        return self.ways[0]().eval()  # a constructor that asks a tensor for its values


class Spaced(TorchFunctionMode):
    """Gives spaced numbers their values, which constructors ask for (rates by layer) and fake tensors do not have."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        has_values = func is torch.linspace or (args and type(args[0]) is torch.Tensor)
        with unset_fake_temporarily() if has_values else nullcontext():
            return func(*args, **(kwargs or {}))


def spread(items: Sequence[T]) -> list[T]:
    """Return all items in an order of which every beginning is spread over them evenly."""
    bits = max(1, (len(items) - 1).bit_length())
    places = (int(f"{turn:0{bits}b}"[::-1], 2) for turn in range(1 << bits))
    return [items[place] for place in places if place < len(items)]
