"""Kernels that want numbers where sizes are symbols: what torch itself takes them apart into is run instead."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

from torch import _decomp
from torch._subclasses.fake_tensor import FakeTensorMode

_PARTS: Any = cast("Any", _decomp).decomposition_table
_REFUSED = "expected to contain only concrete integers"
"""What a kernel says that was given symbols, but was written for numbers."""


@contextmanager
def decomposed(fake: FakeTensorMode) -> Generator[None]:
    """Take apart, in a mode, the operations whose kernels refuse symbols."""
    whole: Any = cast("Any", fake)._dispatch_impl

    def in_parts(func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        try:
            return whole(func, types, args, kwargs)
        except RuntimeError as error:
            if _REFUSED not in str(error) or func not in _PARTS:
                raise
        with fake:
            return _PARTS[func](*args, **kwargs)

    vars(fake)["_dispatch_impl"] = in_parts
    try:
        yield
    finally:
        del vars(fake)["_dispatch_impl"]
