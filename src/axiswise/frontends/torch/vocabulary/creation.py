"""Tensors made from sizes, from data, or in another tensor's likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch

from axiswise.frontends.torch.vocabulary.reading import Reader, Reading, first_of, named, reader, reads, table


def _nested(data: Any) -> tuple[int, ...]:
    """Return the shape of nested lists, arrays and tensors."""
    shape = getattr(data, "shape", None)
    if shape is not None:
        return tuple(shape)
    if isinstance(data, (list, tuple)):
        items = cast("Sequence[Any]", data)
        return (len(items), *(_nested(items[0]) if items else ()))
    return ()


def _array(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read tensors made from data: another tensor, or an array whose shape is all that counts."""
    data = args[0] if args else kwargs.get("data", kwargs.get("obj"))
    if isinstance(data, torch.Tensor):
        return Reading("from-array", {"input": data})
    return Reading("from-array", {}, {"shape": _nested(data)})


def _new_array(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    return _array(args[1:], kwargs)


def _arange(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    alone = reader("arange", "end, *, out?", start=0, step=1)
    return first_of(alone, reader("arange", "start, end, step=1"))(args, kwargs)


def _normal(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `normal(mean, std, size)`; with tensors for mean or std their common shape is the result's."""
    sized = reader("normal", "mean, std, shape|size")(args, kwargs)
    return sized if sized is not None and not sized.operands else None


_RANDINT: Reader = first_of(
    reader("randint", "low, high, shape|size"),
    reader("randint", "high, shape|size", low=0),
)

_SIZES = "*shape|size"

READERS = table(
    *(reads(op, _SIZES, f"{op}") for op in ("zeros", "ones", "empty", "rand", "randn")),
    reads("full", "shape|size, fill_value"),
    {"torch.randint": _RANDINT, "torch.normal": _normal, "torch.arange": _arange},
    *(reads(op, f"start, end, {steps}", f"{op}") for op, steps in (("linspace", "steps"), ("logspace", "steps"))),
    reads("randperm", "n"),
    reads("hann_window", "window_length, periodic=True"),
    reads("hamming_window", "window_length, periodic=True, alpha=0.54, beta=0.46"),
    {"torch.eye": first_of(reader("eye", "n, m"), reader("eye", "n"))},
    reads("empty", "shape|size, stride", "empty_strided"),
    *(reads(f"{word}_like", "input") for word in ("zeros", "ones", "empty", "rand", "randn")),
    reads("full_like", "input, fill_value"),
    {
        "torch.randint_like": first_of(
            reader("randint_like", "input, low, high"), reader("randint_like", "input, high", low=0)
        )
    },
    *(reads(f"new_{word}", f"input|self, {_SIZES}", f"Tensor.new_{word}") for word in ("zeros", "ones", "empty")),
    reads("new_full", "input|self, shape|size, fill_value", "Tensor.new_full"),
    named("Tensor.new_tensor", _new_array),
    {f"torch.{word}": _array for word in ("tensor", "as_tensor", "asarray", "from_numpy")},
)
