"""What real torch says to a call that failed on abstract tensors.

The call is made on real tensors that take no memory (one element, stride 0), so that the exception is the one the user
would see. Where real torch does not raise, the abstract kernel was narrower than the real one, and there is no fault.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, cast

import torch
from torch._subclasses.fake_tensor import unset_fake_temporarily

from axiswise.frontends.torch.tensors import edges_of, fact_of, tensors_in
from axiswise.source.frames import plain

MOST_ELEMENTS = 30_000_000
"""Beyond this many elements a call that happens to be legal would cost too much to really make."""


def _real(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        fact = fact_of(value)
        if fact.value is not None and fact.value.shape == value.shape:
            return fact.value.clone()
        if fact.bounds is not None:
            return torch.tensor(fact.bounds[1], dtype=value.dtype).expand(tuple(value.shape))
        return torch.zeros((), dtype=value.dtype).expand(tuple(value.shape))
    if isinstance(value, dict):
        return {key: _real(item) for key, item in cast("dict[Any, Any]", value).items()}
    if type(value) in (list, tuple):
        return type(value)(_real(item) for item in value)
    if isinstance(value, slice):
        return slice(*(plain(edge) for edge in edges_of(value)))
    if isinstance(value, torch.device):
        return torch.device("cpu")
    return plain(value)


def _written(target: Any) -> Any:
    """Return a tensor that lies in memory as one does that is written to."""
    if not isinstance(target, torch.Tensor):
        return _real(target)
    return torch.empty_strided(tuple(target.shape), target.stride(), dtype=target.dtype)


def genuine(func: Callable[..., Any], args: Any, kwargs: Any, error: Exception) -> tuple[Exception | None, Any]:
    """Return what real torch raises for a call and None, or None and what it returns.

    Args:
        func: The torch function that failed on abstract tensors.
        args: Its arguments.
        kwargs: Its keyword arguments.
        error: What the abstract call raised; returned where the real call cannot be made.
    """
    tensors = tensors_in((args, kwargs))
    name = getattr(func, "__name__", "")
    inplace = (name.endswith("_") and not name.endswith("__")) or name.startswith("__i") or name == "__setitem__"
    is_large = sum(tensor.numel() for tensor in tensors) > MOST_ELEMENTS
    if is_large or inplace or name in ("view", "view_as"):  # the last two ask for strides
        found = _on_meta(func, args, kwargs, error)
        if is_large or not inplace or found[0] is not None:
            return found
    with unset_fake_temporarily(), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            first = [_written(each) if inplace else _real(each) for each in args[:1]]
            return None, func(*first, *_real(args[1:]), **_real(kwargs))
        except Exception as real:
            return real, None


def _on_meta(func: Callable[..., Any], args: Any, kwargs: Any, error: Exception) -> tuple[Exception | None, Any]:
    def shaped(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return torch.empty_strided(tuple(value.shape), value.stride(), dtype=value.dtype, device="meta")
        if type(value) in (list, tuple):
            return type(value)(shaped(item) for item in value)
        return plain(value)

    with unset_fake_temporarily(), torch.no_grad():
        try:
            return None, func(*shaped(args), **{key: shaped(item) for key, item in kwargs.items()})
        except Exception as real:
            return (real if isinstance(real, type(error)) else error), None
