"""Axes summed up, or worked along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from axiswise.frontends.torch.vocabulary.reading import Reader, Reading, named, reader, reads, table

_DIM = "input|self, dim|axis=None, keepdim=False"


def _whole_or_pair(op: str) -> Reader:
    """Return the reader of max and min, which with a second tensor work element by element."""
    reduce = reader(op, _DIM)
    pair = reader("maximum" if op == "max" else "minimum", "left|input|self, right|other")

    def read(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        other = args[1] if len(args) > 1 else kwargs.get("other")
        return (pair if isinstance(other, torch.Tensor) else reduce)(args, kwargs)

    return read


def _spread(op: str) -> Reader:
    """Return the reader of var and std, whose second argument may be the old `unbiased` flag."""
    today, older = reader(op, _DIM), reader(op, "input|self, dim=None, unbiased=True, keepdim=False")

    def read(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
        if len(args) > 1 and isinstance(args[1], bool):
            return today(args[:1], {**kwargs, "unbiased": args[1]})
        if len(args) > 2 or "unbiased" in kwargs:
            return older(args, kwargs)
        return today(args, kwargs)

    return read


_PLAIN = "sum nansum mean nanmean prod all any amax amin argmax argmin logsumexp"
_STACKED = "input, dim=None, _stacklevel=3, dtype=None"
_QUANTILE = "input|self, q, dim=None, keepdim=False, *, interpolation='linear', out?"
_CONVERTED = "input|self, dim, dtype=None"

READERS = table(
    *(reads(op, _DIM) for op in _PLAIN.split()),
    reads("aminmax", "input|self, *, dim=None, keepdim=False"),
    named("max", _whole_or_pair("max")),
    named("min", _whole_or_pair("min")),
    *(reads(op, _DIM) for op in ("median", "nanmedian")),
    reads("mode", "input|self, dim=-1, keepdim=False"),
    *(named(op, _spread(op)) for op in ("var", "std", "var_mean", "std_mean")),
    reads("count_nonzero", "input|self, dim=None"),
    reads("norm", "input|self, p='fro', dim=None, keepdim=False, out?, dtype?"),
    reads("norm", "input|x, ord=None, dim=None, keepdim=False", "linalg.norm linalg.vector_norm"),
    reads("softmax", _STACKED, "nn.functional.softmax"),
    reads("log_softmax", _STACKED, "nn.functional.log_softmax"),
    reads("softmin", _STACKED, "nn.functional.softmin"),
    reads("softmax", _CONVERTED, "Tensor.softmax special.softmax"),
    reads("log_softmax", _CONVERTED, "Tensor.log_softmax special.log_softmax"),
    {"torch.softmax": reader("softmax", _CONVERTED), "torch.log_softmax": reader("log_softmax", _CONVERTED)},
    reads("gumbel_softmax", "input|logits, tau=1, hard=False, eps=1e-10, dim=-1", "nn.functional.gumbel_softmax"),
    *(
        reads(op, "input|self, dim|axis, *, dtype=None, out?")
        for op in ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp")
    ),
    reads("sort", "input|self, dim=-1, descending=False, stable=False"),
    reads("argsort", "input|self, dim=-1, descending=False, stable=False"),
    reads("glu", "input, dim=-1", "nn.functional.glu"),
    reads("normalize", "input, p=2.0, dim=1, eps=1e-12, out?", "nn.functional.normalize"),
    reads("topk", "input|self, k, dim=-1, largest=True, sorted=True"),
    *(reads(op, _QUANTILE) for op in ("quantile", "nanquantile")),
    reads("bucketize", "input|self, boundaries, *, out_int32=False, right=False, out?"),
    reads(
        "searchsorted",
        "boundaries|sorted_sequence, input|self, *, out_int32=False, right=False, side=None, sorter?, out?",
    ),
    reads("kthvalue", "input|self, k, dim=-1, keepdim=False"),
)
