"""What real torch says to calls that write in place, of which abstract kernels check less."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from axiswise.frontends.torch.genuine import genuine

PLACES, ROWS = torch.zeros(6), torch.zeros(6, 16)


@pytest.mark.parametrize(
    ("word", "args", "told"),
    [
        ("index_add_", (0, PLACES, ROWS), "int"),
        ("index_copy_", (0, PLACES, ROWS), "long"),
        ("index_fill_", (0, PLACES, 1.0), "int64"),
        ("index_add_", (0, PLACES.long(), ROWS[:, :15]), "16"),
        ("add_", (torch.zeros(3, 15),), "16"),
    ],
)
def test_what_real_torch_refuses_in_place_is_told(word: str, args: tuple[Any, ...], told: str) -> None:
    error, _ = _said(word, torch.zeros(3, 16), *args)
    assert error is not None
    assert told in str(error)


@pytest.mark.parametrize(("word", "args"), [("index_add_", (0, PLACES.long(), ROWS)), ("add_", (torch.zeros(16),))])
def test_what_real_torch_takes_in_place_is_none(word: str, args: tuple[Any, ...]) -> None:
    error, result = _said(word, torch.zeros(3, 16), *args)
    assert error is None
    assert tuple(result.shape) == (3, 16)


def test_a_target_that_lies_on_itself_is_refused() -> None:
    error, _ = _said("add_", torch.zeros(16).expand(3, 16), torch.zeros(16))
    assert "single memory location" in str(error)


def _said(word: str, target: torch.Tensor, *args: Any) -> tuple[Exception | None, Any]:
    """Return what real torch says to a method of abstract tensors like the given ones."""
    with FakeTensorMode() as fake:
        target, *rest = (fake.from_tensor(each) if isinstance(each, torch.Tensor) else each for each in (target, *args))
        return genuine(getattr(torch.Tensor, word), (target, *rest), {}, RuntimeError())
