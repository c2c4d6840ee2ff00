"""Calls whose result depends on values: counts and comparisons are known, or decided and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch._subclasses.fake_tensor import unset_fake_temporarily

from axiswise.facts import OpCall, is_series
from axiswise.frontends.steering import GuessInt
from axiswise.frontends.torch.calls import UNANSWERED, is_number
from axiswise.frontends.torch.tensors import fact_of
from axiswise.frontends.torch.values import bounds_of
from axiswise.ops.contract import contract_of

_SHAPING = frozenset({"reshape", "expand", "repeat", "unflatten", "narrow", "split"})

if TYPE_CHECKING:
    from axiswise.frontends.torch.tracer import Tracer


def undecided(tracer: Tracer, word: str, args: Any, kwargs: dict[str, Any]) -> Any:
    """Return the result of a call whose shape depends on values: the counts are known or guessed."""
    made = _Undecided(tracer)
    answer = getattr(made, word.strip("_"), None)
    return answer(*args, **kwargs) if answer is not None else UNANSWERED


def guessed(tracer: Tracer, call: OpCall) -> list[torch.Tensor] | None:
    """Return what a failed call was to give whose shape has a number read from unknown values; None for any other."""
    listed = (value if is_series(value) else (value,) for value in call.params.values())
    if call.op not in _SHAPING or not any(isinstance(each, GuessInt) for value in listed for each in value):
        return None
    contract = contract_of(call.op)
    shapes = contract.output(call) if contract is not None else None
    tracer.steering.assume("a number that is read from a tensor taken to fit the shape that it is part of")
    return [tracer.stand_in(shape, call) for shape in shapes or ()] or None


def counted(tracer: Tracer, value: Any) -> Any:
    """Return arguments with 0-dimensional whole tensors as numbers: `torch.ones(length)` asks for their values."""
    if is_number(value):
        return int(tracer.reading.item(value))
    if type(value) in (list, tuple):
        return type(value)(counted(tracer, item) for item in value)
    return value


def _kinds(tensor: torch.Tensor) -> int:
    """Return how many different values a tensor holds: counted, as many as its bounds leave, or all of them."""
    value, known = fact_of(tensor).value, bounds_of(tensor)
    if value is not None:
        with unset_fake_temporarily():
            return len(set(cast("Any", value).flatten().tolist()))
    return min(tensor.numel(), known[1] - known[0] + 1) if known is not None else tensor.numel()


def _places(count: int, size: int) -> torch.Tensor:
    """Return so many places along an axis of that size."""
    found = torch.empty((count,), dtype=torch.int64)
    if size:
        fact_of(found).bounds = (0, size - 1)
    return found


class _Undecided:
    """Results of calls whose shapes depend on values."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def nonzero(self, input: torch.Tensor, *, as_tuple: bool = False) -> Any:
        count = self.tracer.reading.count(input)
        places = [_places(count, size) for size in input.shape or (1,)]
        if as_tuple:
            return tuple(places)
        found = torch.empty((count, input.dim()), dtype=torch.int64)
        if input.numel():
            fact_of(found).bounds = (0, max(input.shape, default=1) - 1)
        return found

    def argwhere(self, input: torch.Tensor) -> Any:
        return self.nonzero(input)

    def where(self, condition: torch.Tensor) -> Any:
        return self.nonzero(condition, as_tuple=True)

    def masked_select(self, input: torch.Tensor, mask: torch.Tensor) -> Any:
        whole = cast("Any", torch).broadcast_shapes(input.shape, mask.shape)
        each = whole.numel() // max(mask.numel(), 1)  # of each place that the mask tells of
        return input.new_empty((self.tracer.reading.count(mask) * each,))

    def unique(
        self,
        input: torch.Tensor,
        sorted: bool = True,
        return_inverse: bool = False,
        return_counts: bool = False,
        dim: int | None = None,
    ) -> Any:
        whole = input.shape[dim] if dim is not None else input.numel()
        length = whole if dim is not None else _kinds(input)
        shape = list(input.shape) if dim is not None else [length]
        shape[dim or 0] = length
        parts = [input.new_empty(shape)]
        if return_inverse:
            parts.append(torch.empty(input.shape if dim is None else (length,), dtype=torch.int64))
        if return_counts:
            parts.append(torch.empty((length,), dtype=torch.int64))
        self.tracer.steering.assume(f"unique of {whole} values taken to give {length}")
        return parts[0] if len(parts) == 1 else tuple(parts)

    def unique_consecutive(
        self, input: torch.Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
    ) -> Any:
        return self.unique(input, True, return_inverse, return_counts, dim)

    def repeat_interleave(self, input: torch.Tensor, repeats: Any = None, dim: int | None = None, **_: Any) -> Any:
        counts = repeats if isinstance(repeats, torch.Tensor) else input
        value = fact_of(counts).value
        if value is not None:
            with unset_fake_temporarily():
                total = int(value.sum())
        else:
            total = counts.numel()
            self.tracer.steering.assume(f"repeat_interleave taken to give {total} rows")
        if repeats is None:
            return torch.empty((total,), dtype=torch.int64)
        shape = list(input.shape) if dim is not None else [input.numel()]
        shape[dim or 0] = total
        return input.new_empty(shape)

    def bincount(self, input: torch.Tensor, weights: Any = None, minlength: int = 0) -> Any:
        known = bounds_of(input)
        return torch.empty((max(minlength, known[1] + 1 if known else 1),), dtype=torch.int64)

    def one_hot(self, tensor: torch.Tensor, num_classes: int = -1) -> Any:
        known = bounds_of(tensor)
        classes = num_classes if num_classes > 0 else (known[1] + 1 if known else 2)
        return torch.empty((*tensor.shape, classes), dtype=torch.int64)

    def getitem(self, tensor: torch.Tensor, index: Any) -> Any:
        """Index with masks: each mask becomes as many positions as it selects."""
        parts = cast("tuple[Any, ...]", index) if isinstance(index, tuple) else (index,)
        found: list[Any] = []
        for part in parts:
            if isinstance(part, torch.Tensor) and part.dtype in (torch.bool, torch.uint8):
                count = self.tracer.reading.count(part)
                found.extend(torch.zeros((count,), dtype=torch.int64) for _ in range(part.dim()))
            else:
                found.append(part)
        return tensor[tuple(found)]

    def setitem(self, tensor: torch.Tensor, index: Any, value: Any) -> Any:
        return None

    def equal(self, input: torch.Tensor, other: torch.Tensor) -> bool:
        if input.shape != other.shape:
            return False
        return self.tracer.steering.decide("whether two tensors are equal")

    def allclose(self, input: torch.Tensor, other: torch.Tensor, *_: Any, **__: Any) -> bool:
        return self.tracer.steering.decide("whether two tensors are close")

    def multinomial(self, input: torch.Tensor, num_samples: int, *_: Any, **__: Any) -> Any:
        return torch.empty((*input.shape[:-1], num_samples), dtype=torch.int64)
