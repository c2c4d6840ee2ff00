"""Places picked by indices: square brackets, gather, scatter, index_select, masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch

from axiswise.frontends.torch.vocabulary.reading import Reading, bind, named, reads, table


def _subscripted(op: str, args: Sequence[Any]) -> Reading | None:
    """File an index: tensors as operands, their roles in their places. None for lists that are not plain numbers."""
    index: Any = args[1]
    parts: Sequence[Any] = cast("tuple[Any, ...]", index) if isinstance(index, tuple) else (index,)
    reading = Reading(op, {"input": args[0]})
    filed: list[Any] = []
    for place, part in enumerate(parts):
        if isinstance(part, list):
            items = cast("list[Any]", part)
            if not all(isinstance(item, int) for item in items):
                return None
            part = torch.as_tensor(items, dtype=None if items else torch.long)
        if isinstance(part, torch.Tensor):
            role = f"index.{place}"
            reading.operands[role] = part
            filed.append(role)
        else:
            filed.append(part)
    reading.params["index"] = tuple(filed)
    return reading


def _getitem(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    return _subscripted("index", args) if len(args) == 2 else None


def _assigned(op: str, args: Sequence[Any]) -> Reading | None:
    reading = _subscripted(op, args)
    if reading is not None:
        reading.put("value", args[2])
    return reading


def _setitem(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    return _assigned("index-assign", args) if len(args) == 3 else None


def _index_put(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    bound = bind("input|self, indices, values, accumulate=False", args, kwargs)
    if bound is None:
        return None
    return _assigned("index_put", (bound["input"], tuple(bound["indices"]), bound["values"]))


_WRITE = "input|self, dim, index, source|src|value, *, reduce=None"

READERS = table(
    named("Tensor.__getitem__", _getitem),
    named("Tensor.__setitem__", _setitem),
    reads("gather", "input|self, dim, index, *, sparse_grad=False"),
    reads("scatter", _WRITE),
    reads("scatter_add", _WRITE),
    reads("scatter_reduce", "input|self, dim, index, source|src, reduce, *, include_self=True"),
    reads("take_along_dim", "input|self, index|indices, dim=None"),
    reads("index_add", "input|self, dim, index, source|tensor, *, alpha=1"),
    reads("index_copy", "input|self, dim, index, source|tensor"),
    reads("index_fill", "input|self, dim, index, value"),
    named("index_put", _index_put),
    reads("index_select", "input|self, dim, index"),
    reads("masked_scatter", "input|self, mask, source"),
    reads("take", "input|self, index"),
    reads("masked_select", "input|self, mask"),
    reads("one_hot", "input|tensor, num_classes=-1", "nn.functional.one_hot"),
)
