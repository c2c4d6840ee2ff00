"""Values on an abstract run: small constants keep theirs, anything else is guessed and the guess is listed.

`shadowed` computes the real values of small constant tensors beside the abstract ones (lengths, masks, index tables),
so that masks and indices made of them mean what they say. `READ` answers the calls that ask a tensor for its values.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, cast

import torch
from torch._subclasses import fake_impls
from torch._subclasses.fake_tensor import FakeTensor, unset_fake_temporarily

from axiswise.frontends.steering import GuessFloat, GuessInt, Steering
from axiswise.frontends.torch.tensors import edges_of, fact_of, tensors_in
from axiswise.frontends.torch.vocabulary.reading import Reading as Call
from axiswise.origin import Size
from axiswise.silent.masks import HIDING
from axiswise.source.frames import plain

ENOUGH_DRAWS = 32
MOST_VALUES = 65_536
"""Elements up to which values are followed."""

INDEX_TYPES = (torch.int64, torch.int32)
LARGEST_MASK = 4096
"""Elements up to which a mask's values are told with a call."""

CREATORS = frozenset(
    "tensor as_tensor asarray from_numpy arange linspace zeros ones full eye randint randperm zeros_like ones_like "
    "full_like tril_indices triu_indices new_tensor new_zeros new_ones new_full".split()
)
"""Functions whose results are constants of the program."""

OVERWRITING = frozenset({"copy_", "zero_", "fill_"})
"""Methods after which a tensor's values are those that it was given, whatever they were."""

RANDOM = frozenset("rand randn rand_like randn_like normal bernoulli multinomial dropout poisson".split())

_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)


def _real(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return fact_of(value).value
    if type(value) in (list, tuple):
        return type(value)(_real(item) for item in value)
    if isinstance(value, torch.device):
        return torch.device("cpu")
    return plain(value)


def shadowed(func: Callable[..., Any], word: str, args: Any, kwargs: Any, result: Any) -> None:
    """Attach real values to a call's result where all that it was computed from is known."""
    if word == "__setitem__":
        _written(*args)
        return
    if not isinstance(result, torch.Tensor):
        results = tensors_in(result)
        if not results or any(fact_of(tensor).value is None for tensor in tensors_in((args, kwargs))):
            return
    inputs = tensors_in((args, kwargs))
    if word in OVERWRITING:
        _overwritten(word, args, result)
        return
    if not inputs and word not in CREATORS:
        return
    known = all(fact_of(tensor).value is not None for tensor in inputs)
    inplace = (word.endswith("_") and not word.endswith("__")) or word.startswith("__i")
    if not known or word in RANDOM:
        if inplace and inputs:
            fact_of(inputs[0]).value = None
        _carry_bounds(word, args, kwargs, inputs, result)
        return
    outputs = tensors_in(result)
    if any(tensor.numel() > MOST_VALUES or tensor.requires_grad for tensor in outputs):
        _carry_bounds(word, args, kwargs, inputs, result)
        return
    with unset_fake_temporarily(), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        named = {key: _real(value) for key, value in kwargs.items() if key not in ("device", "pin_memory")}
        try:
            values = tensors_in(func(*_real(args), **named))
        except Exception:  # values are a service; without them the tensor is merely unknown
            values = []
    if not values:
        return
    for tensor, value in zip(outputs, values, strict=False):
        if value.shape == tensor.shape:
            fact_of(tensor).value = value
    _carry_bounds(word, args, kwargs, inputs, result)


_WRITTEN = (int, float, bool, Size)
"""Numbers that are what they seem; a guess is none of them."""


def _overwritten(word: str, args: Any, result: Any) -> None:
    """Attach the values that a tensor has been given in place, where they are known."""
    written: Any = 0 if word == "zero_" else args[1] if len(args) > 1 else None
    known = fact_of(written).value is not None if isinstance(written, torch.Tensor) else type(written) in _WRITTEN
    if not known or not all(isinstance(size, int) for size in result.shape):
        return
    if result.numel() > MOST_VALUES or result.requires_grad:
        return
    with unset_fake_temporarily(), torch.no_grad():
        value = torch.zeros(tuple(result.shape), dtype=result.dtype)
        fact_of(result).value = value.copy_(_real(written)) if word == "copy_" else value.fill_(_real(written))


def _written(tensor: torch.Tensor, index: Any, value: Any) -> None:
    """Carry what is written into a tensor into its values; forget them where it is not known."""
    fact = fact_of(tensor)
    before, fact.value = fact.value, None
    if before is None or not _is_known(index) or not _is_known(value):
        return
    with unset_fake_temporarily(), torch.no_grad():
        after = before.clone()
        try:
            after[_real(index)] = _real(value)
        except (RuntimeError, IndexError, TypeError, ValueError):  # values are a service
            return
    fact.value = after


def _is_known(value: Any) -> bool:
    """Return whether an index, or what is written to it, is what it seems: no guess, and no tensor without values."""
    if isinstance(value, torch.Tensor):
        return fact_of(value).value is not None
    if isinstance(value, (tuple, list)):
        return all(map(_is_known, cast("list[Any]", value)))
    if isinstance(value, slice):
        return all(map(_is_known, edges_of(value)))
    return value is None or value is Ellipsis or type(value) in _WRITTEN


def _carry_bounds(word: str, args: Any, kwargs: Any, inputs: list[torch.Tensor], result: Any) -> None:
    """Note between which values an integer tensor too large to follow must lie, and which mask a sum counts."""
    if word in ("sum", "count_nonzero") and len(args) == 1 and not kwargs and inputs[0].dtype == torch.bool:
        fact_of(result).counts = inputs[0]
    if not isinstance(result, torch.Tensor) or result.dtype not in _INTEGERS:
        return
    if word == "randint" and result.numel() > 0:
        numbers = [int(value) for value in args if isinstance(value, int)]
        high = kwargs.get("high", numbers[-1] if numbers else None)
        low = kwargs.get("low", numbers[0] if len(numbers) > 1 else 0)
        # With this many draws it is all but certain that some value near the highest occurs.
        if high is not None and result.numel() >= ENOUGH_DRAWS:
            fact_of(result).bounds = (int(low), int(high) - 1)
    elif word in (
        "view",
        "reshape",
        "__getitem__",
        "contiguous",
        "long",
        "int",
        "to",
        "t",
        "transpose",
        "stack",
        "clone",
    ):
        known = [bounds_of(tensor) for tensor in (inputs if word == "stack" else inputs[:1])]
        found = [each for each in known if each is not None]
        if found and len(found) == len(known) and word != "__getitem__":
            fact_of(result).bounds = (min(low for low, _ in found), max(high for _, high in found))


def bounds_of(tensor: torch.Tensor) -> tuple[int, int] | None:
    """Return the smallest and largest value that an integer tensor holds, or None where that is not known."""
    fact = fact_of(tensor)
    value = fact.value
    if fact.bounds is None and value is not None and value.numel() and value.dtype in _INTEGERS:
        with unset_fake_temporarily():
            return int(value.min()), int(value.max())
    return fact.bounds


def _classes(reading: Call) -> tuple[int, int] | None:
    """Return the smallest and the largest class number of a loss's target, but for the one that is ignored."""
    target, ignored = reading.operands.get("target"), reading.params.get("ignore_index", -100)
    if target is None or target.dtype not in _INTEGERS:
        return None
    value, known = fact_of(target).value, bounds_of(target)
    if value is None:
        return None if known is None or ignored in known else known
    with unset_fake_temporarily():
        kept = value[value != ignored]
        return (int(kept.min()), int(kept.max())) if kept.numel() else None


def told(reading: Call) -> None:
    """Add to a call's parameters what is known of its operands' values: bounds of indices and lengths, small masks."""
    indices = [role for role in reading.operands if role.partition(".")[0] == "index"] or ["input"]
    for role in indices[:1]:
        if role in reading.operands and reading.operands[role].dtype in INDEX_TYPES:
            bounds = bounds_of(reading.operands[role])
            if bounds is not None:
                reading.params.setdefault("lowest_index", bounds[0])
                reading.params.setdefault("highest_index", bounds[1])
    classes = _classes(reading) if reading.op in ("cross_entropy", "nll_loss") else None
    if classes is not None:
        reading.params.setdefault("lowest_index", classes[0])
        reading.params.setdefault("highest_index", classes[1])
    for role, tensor in reading.operands.items():
        if role.endswith("_lengths") and (bounds := bounds_of(tensor)) is not None:
            reading.params.setdefault(f"highest_{role}", bounds[1])
        is_mask = role.endswith(("mask", "condition")) or (reading.op == "mul" and tensor.dtype == torch.bool)
        if is_mask or (reading.op == "add" and tensor.dim() > 1):
            rows = _small_mask(tensor)
            if rows is not None:
                reading.params.setdefault(f"{role}_values", rows)


def _small_mask(tensor: torch.Tensor) -> list[Any] | None:
    """Return the values of a small mask, of truth values or of numbers to be added to scores."""
    value = fact_of(tensor).value
    if value is None or not 1 < value.numel() <= LARGEST_MASK:
        return None
    with torch._C.DisableTorchFunction(), unset_fake_temporarily():  # pyright: ignore[reportPrivateUsage]
        hides = value.dtype == torch.bool or (value.is_floating_point() and bool((value <= HIDING).any()))
        return cast("Any", value).tolist() if hides else None


def several(tensor: torch.Tensor, op: str) -> RuntimeError:
    """Return what torch says where one value (`item`) or a truth value (`bool`) is asked of not one element."""
    if op == "item":
        return RuntimeError(f"a Tensor with {tensor.numel()} elements cannot be converted to Scalar")
    words = "no values" if tensor.numel() == 0 else "more than one value"
    return RuntimeError(f"Boolean value of Tensor with {words} is ambiguous")


def _highest(tensor: torch.Tensor) -> int:
    """Return the largest whole number that a guess of a tensor's values may be."""
    known = bounds_of(tensor)
    return known[1] if known is not None else 1


class Reading:
    """Answers the calls that ask an abstract tensor for its values."""

    def __init__(self, steering: Steering) -> None:
        self.steering = steering
        self._counts: dict[int, int] = {}

    def item(self, tensor: torch.Tensor) -> Any:
        """Answer `tensor.item()`.

        Raises:
            RuntimeError: The tensor has several elements, in torch's words.
        """
        if tensor.numel() != 1:
            raise several(tensor, "item")
        fact = fact_of(tensor)
        if fact.value is not None:
            with unset_fake_temporarily():
                return fact.value.reshape(()).item()
        return self.count(fact.counts) if fact.counts is not None else self._guess(tensor.dtype, _highest(tensor))

    def _guess(self, dtype: torch.dtype, highest: int = 1) -> Any:
        if dtype == torch.bool:
            return self.steering.decide("a truth value read from a tensor")
        if dtype in _INTEGERS:
            return GuessInt(min(1, highest), self.steering, "a whole number read from a tensor")
        return GuessFloat(1.0, self.steering, "a number read from a tensor")

    def install(self) -> None:
        """Answer those who ask from inside torch, where no mode sees them (`if torch.any(var < 0)` of a loss)."""
        GuessInt.numbers = GuessFloat.numbers = (int, float, torch.SymInt, torch.SymFloat)
        answers: dict[Any, Any] = cast("Any", fake_impls).op_implementations_dict
        aten = torch.ops.aten

        def scalar(mode: Any, func: Any, tensor: torch.Tensor) -> Any:
            return self.item(tensor)

        def equal(mode: Any, func: Any, left: torch.Tensor, right: torch.Tensor) -> bool:
            return left.shape == right.shape and self.steering.decide("whether two tensors are equal")

        def listed(tensor: torch.Tensor) -> Any:
            with torch._C.DisableTorchFunction():  # pyright: ignore[reportPrivateUsage]
                return self.listed(tensor)

        cast("Any", FakeTensor).tolist = listed  # it has one of its own, which asks for each number
        answers[aten._local_scalar_dense.default] = scalar
        answers[aten.equal.default] = equal

    def truth(self, tensor: torch.Tensor) -> bool:
        """Answer `bool(tensor)`.

        Raises:
            RuntimeError: The tensor has several elements, in torch's words.
        """
        if tensor.numel() != 1:
            raise several(tensor, "bool")
        value = fact_of(tensor).value
        if value is not None:
            with unset_fake_temporarily():
                return bool(value.reshape(()).item())
        return self.steering.decide("a truth value of a tensor")

    def listed(self, tensor: torch.Tensor) -> Any:
        """Answer `tensor.tolist()`."""
        value = fact_of(tensor).value
        if value is not None:
            with unset_fake_temporarily():
                return cast("Any", value).tolist()
        return self._nested(tuple(tensor.shape), tensor.dtype, _highest(tensor))

    def _nested(self, shape: tuple[int, ...], dtype: torch.dtype, highest: int) -> Any:
        if not shape:
            return self._guess(dtype, highest)
        return [self._nested(shape[1:], dtype, highest) for _ in range(shape[0])]

    def array(self, tensor: torch.Tensor) -> Any:
        """Answer `tensor.numpy()`: the right shape and type; zeros where the values are not known."""
        import numpy as np  # torch runs without it, up to this call

        value = fact_of(tensor).value
        with unset_fake_temporarily():
            if value is not None:
                return value.numpy().copy()
            return np.zeros(tuple(tensor.shape), dtype=torch.empty(0, dtype=tensor.dtype).numpy().dtype)

    def count(self, mask: torch.Tensor) -> int:
        """Return how many elements of a mask are true: known, or one guess for each mask."""
        fact = fact_of(mask)
        if fact.value is not None:
            with unset_fake_temporarily():
                return int((fact.value != 0).sum())
        if fact.id not in self._counts:
            guess = max(min(1, mask.numel()), mask.numel() // 2)
            self._counts[fact.id] = guess
            self.steering.assume(f"a mask of {mask.numel()} elements taken to select {guess}")
        return self._counts[fact.id]
