"""What is said to keep a shape does so in torch, and nothing is said of what may not."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F

from axiswise.frontends.torch.models.alike import alike

X, ROW = torch.zeros(2, 6, 4), torch.zeros(4)
CALLS: list[tuple[str, Any, tuple[Any, ...]]] = [
    ("relu", F.relu, (X,)),
    ("gelu", F.gelu, (X,)),
    ("softmax", torch.softmax, (X, -1)),
    ("dropout", F.dropout, (X, 0.1)),
    ("__add__", torch.Tensor.__add__, (X, X)),
    ("__rmul__", torch.Tensor.__rmul__, (X, 2)),
    ("batch_norm", F.batch_norm, (X, torch.zeros(6), torch.ones(6))),
    ("layer_norm", F.layer_norm, (X, (6, 4))),
    ("rms_norm", F.rms_norm, (X, (4,), torch.ones(4))),
]
OTHERS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("__add__", (ROW, X), {}),
    ("__add__", (X, ROW), {}),
    ("__mul__", (X.half(), X), {}),
    ("__mul__", (X.long(), 2.5), {}),
    ("softmax", (X, -1), {"dtype": torch.float64}),
    ("batch_norm", (X, torch.zeros(5), torch.ones(5)), {}),
    ("batch_norm", (X, torch.zeros(6), torch.ones(6), None, None, True), {}),
    ("layer_norm", (X, (5,)), {}),
    ("layer_norm", (X, (4,), torch.ones(5)), {}),
    ("linear", (X, torch.zeros(4, 4)), {}),
]


@pytest.mark.parametrize(("word", "function", "args"), CALLS, ids=[call[0] for call in CALLS])
def test_what_is_alike_is_so_in_torch(word: str, function: Any, args: tuple[Any, ...]) -> None:
    said, real = alike(word, args, {}), function(*args)
    assert said is not None
    assert (said.shape, said.dtype) == (real.shape, real.dtype)


@pytest.mark.parametrize(("word", "args", "kwargs"), OTHERS)
def test_nothing_is_said_of_what_may_differ(word: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    assert alike(word, args, kwargs) is None
