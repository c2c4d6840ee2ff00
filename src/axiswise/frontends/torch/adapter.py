"""Adapts the recorder to torch's tensors, where they are another framework's backend."""

from __future__ import annotations

from typing import Any

import torch

from axiswise.frontends.eager.kinds import Kind, OpenShape
from axiswise.frontends.eager.recorder import Recorder


def attach(recorder: Recorder) -> None:
    """Let torch's tensors be known."""
    recorder.arrays.add(KIND)


def _made(shape: OpenShape, dtype: str, like: Any) -> Any:
    return torch.zeros(tuple(1 if size is None else size for size in shape), dtype=like.dtype)


def _dtype(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


KIND = Kind("Tensor", (torch.Tensor,), lambda tensor: tuple(tensor.shape), _dtype, _made)
