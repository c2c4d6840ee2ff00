"""Functions whose result is shaped as their operand is: torch takes them apart for symbols, and need not be asked."""

from __future__ import annotations

from typing import Any, cast

import torch

_OF_ONE = frozenset(
    "relu relu6 silu gelu mish elu selu celu leaky_relu hardtanh hardswish hardsigmoid sigmoid tanh softplus "
    "logsigmoid dropout dropout1d dropout2d "
    "dropout3d exp log sqrt rsqrt neg abs sin cos erf softmax log_softmax".split()
)
_OF_TWO = frozenset(
    "add sub mul div true_divide __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__".split()
)
_IN_PLACE = frozenset("relu_ add_ mul_ div_ sub_ __iadd__ __imul__ __isub__ __itruediv__".split())


def alike(word: str, args: Any, kwargs: dict[str, Any]) -> torch.Tensor | None:
    """Return what a call returns, or None for any other than one that keeps its first operand's shape and type."""
    first: Any = args[0] if args else None
    if not _is_plain(first) or "dtype" in kwargs or "out" in kwargs:
        return None
    if word in _OF_ONE:
        if not all(_is_setting(value) for value in (*args[1:], *kwargs.values())):
            return None
        return first if kwargs.get("inplace") else torch.empty_like(first)
    if word in _OF_TWO or word in _IN_PLACE:
        if len(args) != (1 if word == "relu_" else 2) or not all(_agrees(first, other) for other in args[1:]):
            return None
        return torch.empty_like(first) if word in _OF_TWO else first
    return torch.empty_like(first) if word in _NORMS and _NORMS[word](first, *args[1:], **kwargs) else None


def _is_plain(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.layout == torch.strided and value.is_floating_point()


def _is_setting(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _agrees(first: torch.Tensor, other: Any) -> bool:
    """Return whether another operand neither widens nor retypes the first."""
    if not isinstance(other, torch.Tensor):
        return isinstance(other, (int, float, torch.SymInt)) and not isinstance(other, bool)
    same = len(first.shape) == len(other.shape) and all(map(_is_same, first.shape, other.shape))
    return same and other.dtype == first.dtype and other.layout == torch.strided


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two sizes are written the same way; no question is asked of symbols."""
    if isinstance(one, torch.SymInt) and isinstance(other, torch.SymInt):
        return bool(cast("Any", one).node.expr == cast("Any", other).node.expr)
    return isinstance(one, int) and isinstance(other, int) and one == other


def _is_evaluating(
    input: torch.Tensor,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: Any = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> bool:
    """Return whether batch normalization takes the statistics that it has, of as many channels as come in."""
    held = [each for each in (running_mean, running_var, weight, bias) if each is not None]
    return training is False and input.dim() > 1 and all(_is_same(each.shape[0], input.shape[1]) for each in held)


def _is_normed(
    input: torch.Tensor, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float | None = None
) -> bool:
    """Return whether the last axes are those that are normalized over."""
    sizes = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    held = [tuple(each.shape) for each in (weight, bias) if each is not None]
    return (
        input.dim() >= len(sizes)
        and all(map(_is_same, tuple(input.shape)[input.dim() - len(sizes) :], sizes))
        and all(shape == sizes for shape in held)
    )


_NORMS: dict[str, Any] = {"batch_norm": _is_evaluating, "layer_norm": _is_normed, "rms_norm": _is_normed}
