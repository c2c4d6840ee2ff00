"""Reductions and operations along an axis, held against torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, shapes, tensor

Shape = tuple[int, ...]
axes = st.integers(-4, 4)
several = st.lists(axes, max_size=3).map(tuple)


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "logsumexp", "std", "var", "norm", "nansum", "var_mean"])
@examples
@given(shapes(0, 3), several, st.booleans())
def test_over_several_axes(name: str, shape: Shape, dims: Shape, keep: bool) -> None:
    if name == "logsumexp" and not dims:
        dims = (0,)  # torch has no answer of its own for no axes
    # torch's logsumexp over no axes at all fails in its own output.
    dims = dims or (0,) if name == "logsumexp" else dims
    hold(lambda: getattr(torch, name)(tensor(shape), dim=dims, keepdim=keep), name)


@pytest.mark.parametrize("name", ["max", "min", "argmax", "median", "mode", "prod", "any", "all", "sum", "mean", "std"])
@examples
@given(shapes(0, 3), axes, st.booleans())
def test_over_one_axis(name: str, shape: Shape, dim: int, keep: bool) -> None:
    hold(lambda: getattr(tensor(shape), name)(dim, keepdim=keep), name)
    if name != "mode":
        assert hold(lambda: getattr(tensor(shape), name)(), name) == ()


def test_max_of_two_tensors_broadcasts() -> None:
    assert hold(lambda: torch.max(tensor((2, 3)), tensor((3,))), "maximum") == ()
    assert hold(lambda: tensor((2, 3)).min(tensor((4,))), "minimum") == ("broadcast",)


def test_an_empty_axis_has_no_maximum() -> None:
    assert hold(lambda: tensor((2, 0)).max(1)) == ("window",)
    assert hold(lambda: tensor((2, 0)).max(0)) == ()
    assert hold(lambda: tensor((0,)).argmax()) == ("window",)
    assert hold(lambda: tensor((2, 0)).sum(1)) == ()


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "cumsum", "cummax", "sort", "argsort", "logcumsumexp"])
@examples
@given(shapes(0, 3), axes)
def test_along_an_axis(name: str, shape: Shape, dim: int) -> None:
    hold(lambda: getattr(torch, name)(tensor(shape), dim=dim), name)


@examples
@given(shapes(0, 3), axes)
def test_functional_softmax(shape: Shape, dim: int) -> None:
    hold(lambda: F.softmax(tensor(shape), dim=dim), "softmax")
    hold(lambda: torch.nn.LogSoftmax(dim=dim)(tensor(shape)), "log_softmax")


@examples
@given(shapes(0, 3), st.integers(-1, 5), axes)
def test_the_best_k(shape: Shape, k: int, dim: int) -> None:
    hold(lambda: torch.topk(tensor(shape), k, dim=dim), "topk")
    hold(lambda: torch.kthvalue(tensor(shape), k, dim), "kthvalue")


@examples
@given(shapes(0, 3), axes)
def test_gates_and_lengths(shape: Shape, dim: int) -> None:
    hold(lambda: F.glu(tensor(shape), dim=dim), "glu")
    hold(lambda: F.normalize(tensor(shape), dim=dim), "normalize")


@examples
@given(shapes(0, 3), several)
def test_count_and_norms(shape: Shape, dims: Shape) -> None:
    hold(lambda: torch.linalg.vector_norm(tensor(shape), dim=dims), "norm")
    hold(lambda: tensor(shape).norm(), "norm")
    hold(lambda: tensor(shape).count_nonzero(), "count_nonzero")
