"""Python's own arithmetic on symbols: what counts, rounds or takes roots would ask for a number, and fix a size.

Numbers that remember their origin (`t - 1`) are plain ones to a symbol, which takes ints of that very type alone.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch.fx.experimental import sym_node

from axiswise.source.frames import plain
from axiswise.source.instrument import MEASURED

_TORCH: Any = torch
_COUNTED: dict[Any, Callable[[Any], Any]] = {int: _TORCH.sym_int, float: _TORCH.sym_float}


@contextmanager
def reckoning() -> Generator[None]:
    """Let a user's arithmetic on sizes stay on symbols while it runs."""
    node, measured = sym_node.to_node, vars(builtins).get(MEASURED)
    root, logarithm, division = math.sqrt, math.log, divmod

    def noded(self: Any, number: object) -> Any:
        return cast("Any", node)(self, plain(number))

    def counted(function: Any, place: Any, *args: Any, **kwargs: Any) -> Any:
        only = args[0] if len(args) == 1 and not kwargs else None
        if function is len and isinstance(only, torch.Tensor) and only.dim():
            return only.shape[0]
        if function in _COUNTED and _is_symbol(only):
            return _COUNTED[function](only)
        return cast("Any", measured)(function, place, *args, **kwargs)

    def square_root(number: Any) -> Any:
        return _TORCH.sym_sqrt(number) if _is_symbol(number) else root(number)

    def log(number: Any, *base: Any) -> Any:
        if not _is_symbol(number):
            return logarithm(number, *base)
        return _TORCH._sym_log2(number) * (logarithm(2) / logarithm(*base) if base else logarithm(2))

    def divided(number: Any, other: Any) -> Any:
        return (number // other, number % other) if _is_symbol(number) or _is_symbol(other) else division(number, other)

    sym_node.to_node = noded
    math.sqrt, math.log, builtins.divmod = square_root, log, divided
    if measured is not None:
        setattr(builtins, MEASURED, counted)
    try:
        yield
    finally:
        sym_node.to_node = node
        math.sqrt, math.log, builtins.divmod = root, logarithm, division
        if measured is not None:
            setattr(builtins, MEASURED, measured)


def _is_symbol(value: Any) -> bool:
    return isinstance(value, (torch.SymInt, torch.SymFloat))
