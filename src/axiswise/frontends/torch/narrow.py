"""Functions whose abstract kernel refuses what the real one takes: what they give, said by functions that do not."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import torch

Function = Callable[..., Any]


def install() -> None:
    """Put the stand-ins in place."""
    for owner, name in ((torch.nn.functional, "grouped_mm"), (torch, "_grouped_mm")):
        if hasattr(owner, name):
            setattr(owner, name, grouped_mm(getattr(owner, name)))


def without_device() -> None:
    """Let attention pass that only an accelerator can train: a model that no script runs may be moved to one."""
    attention: Any = importlib.import_module("torch.nn.attention.flex_attention")
    if hasattr(attention, "_validate_device"):
        attention._validate_device = _anywhere


def _anywhere(query: Any, key: Any, value: Any) -> None:
    """Take tensors on any device."""


def grouped_mm(whole: Function) -> Function:
    """Return a stand-in for a product of groups of rows, each with a matrix of its own.

    The abstract kernel takes bfloat16 only; the real ones take float32 too, and other alignments with it.
    """

    def product(mat_a: Any, mat_b: Any, *args: Any, **kwargs: Any) -> Any:
        offs: Any = kwargs.get("offs", args[0] if args else None)
        ranks = mat_a.dim(), mat_b.dim()
        if set(ranks) - {2, 3} or (offs is None) != (ranks == (3, 3)) or mat_a.shape[-1] != mat_b.shape[-2]:
            return whole(mat_a, mat_b, *args, **kwargs)
        if ranks == (2, 2):
            made = (mat_a @ mat_b).unsqueeze(0).expand(offs.shape[0], -1, -1)
        else:
            made = (mat_a[0] if ranks == (3, 2) else mat_a) @ (mat_b[0] if ranks == (2, 3) else mat_b)
        wanted = kwargs.get("out_dtype")
        return made if wanted is None else made.to(wanted)

    return product
