"""Products that contract axes: matmul and its kin, linear maps, einsum, tensordot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_letters
from typing import Any, cast

import torch

from axiswise.frontends.torch.vocabulary.reading import Reading, named, reads, table

_PAIR = "left|input|self|mat1|vec1|batch1, right|other|mat2|mat|vec2|vec|tensor|batch2"


def _letters(subscripts: Sequence[Any]) -> str:
    return "".join("..." if label is Ellipsis else ascii_letters[label] for label in subscripts)


def _einsum(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading | None:
    """Read `einsum("ij,jk", a, b)`, `einsum("ij,jk", [a, b])` and `einsum(a, [0, 1], b, [1, 2], [0, 2])`."""
    if kwargs or not args:
        return None
    if isinstance(args[0], torch.Tensor):
        tensors: list[Any] = [arg for arg in args if isinstance(arg, torch.Tensor)]
        lists = [_letters(cast("Sequence[Any]", arg)) for arg in args if not isinstance(arg, torch.Tensor)]
        equation = ",".join(lists[: len(tensors)]) + (f"->{lists[-1]}" if len(lists) > len(tensors) else "")
    else:
        equation, rest = str(args[0]), args[1:]
        listed = len(rest) == 1 and isinstance(rest[0], (list, tuple))
        tensors = list(cast("Sequence[Any]", rest[0]) if listed else rest)
    return Reading("einsum", {f"operands.{i}": tensor for i, tensor in enumerate(tensors)}, {"equation": equation})


_ADDED = "added|input|self, left|mat1|batch1|mat, right|mat2|batch2|vec, *, beta=1, alpha=1"

READERS = table(
    reads("matmul", _PAIR, "matmul Tensor.__matmul__ Tensor.__imatmul__ linalg.matmul"),
    reads("matmul", "right|self, left|other", "Tensor.__rmatmul__"),
    reads("mm", _PAIR),
    reads("bmm", _PAIR),
    reads("mv", "left|input|self|mat, right|vec"),
    reads("dot", _PAIR, "dot vdot"),
    reads("outer", "left|input|self, right|vec2", "outer ger"),
    reads("inner", _PAIR),
    reads("cdist", "left|x1, right|x2, p=2.0, compute_mode=None"),
    reads("addmm", _ADDED),
    reads("addmv", _ADDED),
    reads("baddbmm", _ADDED),
    reads("addbmm", _ADDED),
    reads("addr", "added|input|self, left|vec1, right|vec2, *, beta=1, alpha=1"),
    reads("linear", "input, weight, bias?"),
    reads("bilinear", "left|input1, right|input2, weight, bias?"),
    reads("tensordot", "left|a, right|b, dims=2, out?"),
    named("einsum", _einsum),
)
