"""Values for what has none: a model that is too large to build stands on the meta device, and parts of it are tried.

What depends on what is settled by how a module is wired, not by its weights: random ones show it.
"""

from __future__ import annotations

import torch

from axiswise.frontends.torch.audit.leaves import Inputs, changed

LARGEST = 1 << 30
"""Bytes of the parameters of a part that gets values."""


def is_unbuilt(module: torch.nn.Module) -> bool:
    """Return whether a module has parameters or buffers without values."""
    return any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers()))


def size_of(module: torch.nn.Module) -> int:
    """Return the bytes that a module's parameters take, or would take."""
    return sum(each.numel() * each.element_size() for each in module.parameters())


def build(module: torch.nn.Module, seed: int) -> bool:
    """Give a module's parameters random values; return False where it is too large, or a buffer's values are lost."""
    if not is_unbuilt(module):
        return True
    if size_of(module) > LARGEST or any(each.is_meta for each in module.buffers()):
        return False
    module.to_empty(device="cpu")
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, each in module.named_parameters():
            if each.ndim > 1:
                each.copy_(torch.randn(each.shape, generator=chance) / each.shape[-1] ** 0.5)
            else:
                each.fill_(0.0 if "bias" in name else 1.0)
    return True


def with_values(inputs: Inputs, seed: int) -> Inputs:
    """Return inputs with values in the place of tensors without: noise, places in order, masks that let all pass."""
    chance = torch.Generator().manual_seed(seed)

    def filled(_path: str, tensor: torch.Tensor) -> torch.Tensor:
        if not tensor.is_meta:
            return tensor
        if tensor.dtype.is_floating_point:
            return torch.randn(tensor.shape, generator=chance).to(tensor.dtype)
        if tensor.dtype == torch.bool or not tensor.ndim:
            return torch.ones_like(tensor, device="cpu")
        return torch.arange(tensor.shape[-1]).to(tensor.dtype).expand(tensor.shape).clone()

    return changed(inputs, filled)


def without_values(inputs: Inputs) -> Inputs:
    """Return inputs on the device of what has no values."""
    return changed(inputs, lambda _path, tensor: tensor.to("meta"))
