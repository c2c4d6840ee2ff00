"""Adapts the recorder to torch's tensors, where they are another framework's backend."""

from __future__ import annotations

from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from axiswise.frontends.eager.kinds import Kind, OpenShape
from axiswise.frontends.eager.recorder import Recorder


def attach(recorder: Recorder) -> None:
    """Let torch's tensors be known."""
    recorder.arrays.add(KIND)
    register_optimizer_step_post_hook(lambda optimizer, args, kwargs: recorder.steering.trained())
    loader: Any = torch.utils.data.DataLoader
    begin = loader.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("persistent_workers", None)
        kwargs.pop("prefetch_factor", None)
        begin(self, *args, **({**kwargs, "num_workers": 0} if "num_workers" in kwargs else kwargs))

    loader.__init__ = __init__


def _made(shape: OpenShape, dtype: str, like: Any) -> Any:
    made = torch.zeros(tuple(1 if size is None else size for size in shape), dtype=like.dtype)
    return made + like.sum() * 0 if like.requires_grad else made  # gradients still reach what came before


def _dtype(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


KIND = Kind("Tensor", (torch.Tensor,), lambda tensor: tuple(tensor.shape), _dtype, _made)
