"""Kernels that want numbers, in another form: recurrent layers unroll their steps, pooling and padding count theirs.

Of the others only the shape of what they return is told.
"""

from __future__ import annotations

from typing import Any, cast

import torch

_LAYERS = ("lstm", "gru", "rnn_tanh", "rnn_relu")
_MISFIT = "the state or the input of a recurrent layer does not fit its weights"
PADDING = ("pad", "constant_pad_nd")
_POOLS = {
    "max": ("padding", "dilation", "ceil_mode", "return_indices"),
    "avg": ("padding", "ceil_mode", "count_include_pad", "divisor_override"),
}
_WINDOWED = {f"{kind}_pool{axes}d": names for kind, names in _POOLS.items() for axes in (1, 2, 3)}
_PLAINLY = {"padding": (0, (0,)), "dilation": (1, (1,)), "ceil_mode": (False,), "return_indices": (False,)}
"""What pooling is told where its windows lie next to one another on nothing but the input."""
_CORNERS = ("triu_indices", "tril_indices")
_CELLS = ("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell")


def on_symbols(word: str, args: Any, kwargs: dict[str, Any]) -> Any:
    """Return what a call returns whose kernel wants numbers, or None for any other call."""
    if word in _WINDOWED and (found := _of_window(word, *args, **kwargs)) is not None:
        return found
    if word == "max_pool1d":
        return _pooled(*args, **kwargs)
    if word in PADDING:
        return _padded(*args, **kwargs)
    if word in _CORNERS:
        return _in_a_corner(word, *args, **kwargs)
    if word in _TOLD:
        return _TOLD[word](*args, **kwargs)
    return _recurrent(word, args) if not kwargs else None


def _pooled(
    input: torch.Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Pool a sequence as an image of one row; None where the positions are asked for, which have another kernel."""
    if return_indices:
        return None
    kernel, step, around, apart = (_number(value) for value in (kernel_size, stride, padding, dilation))
    sides: Any = (1, kernel), (1, kernel if step is None else step), (0, around), (1, apart)
    return cast("Any", torch).max_pool2d(input.unsqueeze(-2), *sides, ceil_mode).squeeze(-2)


def _padded(input: torch.Tensor, pad: Any, mode: Any = "constant", value: Any = None) -> Any:
    """Pad with a constant, by amounts that may be symbols; None for any other way of padding."""
    if isinstance(mode, (int, float)):  # of `constant_pad_nd`
        mode, value = "constant", mode
    if mode != "constant" or isinstance(pad, torch.Tensor):
        return None
    return cast("Any", torch)._refs.constant_pad_nd(input, list(pad), 0.0 if value is None else value)


def _of_window(word: str, input: torch.Tensor, kernel_size: Any, stride: Any = None, *rest: Any, **more: Any) -> Any:
    """Pool by a window that is as large as an axis, or a part of one; None for any other window.

    Raises:
        RuntimeError: The window is larger than what it is moved over.
    """
    axes = int(word[-2])
    window, steps = (_sides(value, axes) for value in (kernel_size, stride))
    given = {**dict(zip(_WINDOWED[word], rest, strict=False)), **more}
    is_plain = all(given[name] in plain for name, plain in _PLAINLY.items() if name in given)
    if not is_plain or not any(isinstance(side, torch.SymInt) for side in window):
        return None
    lengths = input.shape[-axes:]
    if any(bool(side > length) for side, length in zip(window, lengths, strict=True)):
        raise RuntimeError("the output of a pooling would be too small")
    pairs = zip(lengths, window, steps or window, strict=True)
    return input.new_empty((*input.shape[:-axes], *((length - side) // step + 1 for length, side, step in pairs)))


def _sides(value: Any, axes: int) -> tuple[Any, ...]:
    """Return a number for each axis; none where there is nothing to read."""
    listed = tuple(cast("Any", value)) if isinstance(value, (tuple, list)) else () if value is None else (value,)
    return listed * axes if len(listed) == 1 else listed


def _in_a_corner(word: str, row: Any, col: Any, offset: int = 0, **_: Any) -> torch.Tensor | None:
    """Return places of a square's upper or lower corner; None for what is no corner."""
    left = row - offset if word == "triu_indices" else row + offset
    if not bool(row == col) or bool(left > row) or bool(left < 0):
        return None
    return torch.empty((2, left * (left + 1) // 2), dtype=torch.long)


def _spaced(start: Any, end: Any, steps: Any, *_: Any, dtype: torch.dtype | None = None, **__: Any) -> torch.Tensor:
    return torch.empty((steps,), dtype=dtype)


def _grid(theta: torch.Tensor, size: Any, align_corners: bool | None = None) -> torch.Tensor:
    """Return places (batch, *extents, axes) for matrices (batch, axes, axes + 1) and an image's size.

    Raises:
        RuntimeError: There is not one matrix for each image, or it is of other axes.
    """
    axes = len(size) - 2
    if theta.dim() != 3 or theta.shape[0] != size[0] or tuple(theta.shape[1:]) != (axes, axes + 1):
        raise RuntimeError(f"Expected a batch of {axes}x{axes + 1} matrices of shape N for size {tuple(size)}")
    return theta.new_empty((size[0], *size[2:], axes))


def _taken(input: torch.Tensor, indices: torch.Tensor, dim: int | None = None) -> torch.Tensor:
    """Gather along one axis, the others broadcast."""
    if dim is None:
        return input.flatten().gather(0, indices.flatten())
    shared: Any = cast("Any", torch).broadcast_shapes(input.narrow(dim, 0, 1).shape, indices.narrow(dim, 0, 1).shape)
    one, other = list(shared), list(shared)
    one[dim], other[dim] = input.shape[dim], indices.shape[dim]
    return input.expand(one).gather(dim, indices.expand(other))


_TOLD = {"linspace": _spaced, "logspace": _spaced, "affine_grid": _grid, "take_along_dim": _taken}


def _number(value: Any) -> Any:
    return next(iter(cast("Any", value)), None) if isinstance(value, (tuple, list)) else value


def _recurrent(word: str, args: Any) -> Any:
    """Return what `torch.lstm`, `torch.lstm_cell` and their kin return, or None for any other call.

    The layers compare their input's sizes with their own before they come here; what is left is where the axes go. Of
    padded input (steps, batch, features), or with `batch_first` (batch, steps, features).
    """
    if word in _CELLS and len(args) >= 4:
        return _stepped(word, *args[:4])
    if word not in _LAYERS or len(args) != 9:
        return None
    input, state, weights, has_biases, layers, _, _, bidirectional, batch_first = args
    first: Any = _first(state)
    if not isinstance(input, torch.Tensor) or input.dim() != 3 or not isinstance(batch_first, bool):
        return None
    directions = 2 if bidirectional else 1
    each = len(weights) // (layers * directions)
    projected = each > (4 if has_biases else 2)
    hidden = weights[each - 1].shape[0] if projected else weights[1].shape[1]
    _checked(input, first, weights[0], layers * directions, hidden, batch_first)
    output = input.new_empty((*input.shape[:2], hidden * directions))
    if word == "lstm":
        return output, first.clone(), state[1].clone()
    return output, first.clone()


def _first(state: Any) -> Any:
    """Return the hidden state: of an LSTM the first of two."""
    return cast("Any", state)[0] if isinstance(state, (tuple, list)) else state


def _stepped(word: str, input: Any, state: Any, weight: Any, recurrent_weight: Any) -> Any:
    """Return the next state of a cell.

    Raises:
        RuntimeError: Sizes do not agree.
    """
    first: Any = _first(state)
    agree = (
        input.shape[-1] == weight.shape[1]
        and first.shape[-1] == recurrent_weight.shape[1]
        and (input.dim() == 1 or input.shape[0] == first.shape[0])
    )
    if not agree:
        raise RuntimeError(_MISFIT)
    return (first.clone(), state[1].clone()) if word == "lstm_cell" else first.clone()


def _checked(input: Any, state: Any, weight: Any, deep: int, hidden: int, batch_first: bool) -> None:
    """Ask of the sizes what the kernel asks.

    Raises:
        RuntimeError: They do not agree.
    """
    agree = (
        input.shape[2] == weight.shape[1]
        and state.shape[0] == deep
        and state.shape[1] == input.shape[0 if batch_first else 1]
        and state.shape[2] == hidden
    )
    if not agree:
        raise RuntimeError(_MISFIT)
