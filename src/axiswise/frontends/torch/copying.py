"""Deep copies of abstract tensors: torch's own copy would copy the mode that they all live in, and crash later."""

from __future__ import annotations

import copy
from typing import Any, cast

import torch
from torch._subclasses.fake_tensor import FakeTensor


def install() -> None:
    """Put the stand-in for `copy.deepcopy` of a tensor in place."""
    FakeTensor.__deepcopy__ = _copied  # type: ignore[method-assign]


def _copied(self: FakeTensor, memo: dict[int, Any]) -> torch.Tensor:
    """Copy a tensor, its gradient and what a user has hung on it.

    Raises:
        RuntimeError: It is no leaf of the graph; in torch's words.
    """
    if id(self) in memo:
        return memo[id(self)]
    if not self.is_leaf:
        return cast("Any", torch.Tensor).__deepcopy__(self, memo)
    with torch.no_grad():
        made: torch.Tensor = self.clone()
    if isinstance(self, torch.nn.Parameter):
        made = torch.nn.Parameter(made, self.requires_grad)
    elif self.requires_grad:
        made.requires_grad_()
    memo[id(self)] = made
    if self.grad is not None:
        made.grad = copy.deepcopy(self.grad, memo)
    own = vars(made)
    own.update({name: copy.deepcopy(value, memo) for name, value in vars(self).items() if name not in own})
    return made
