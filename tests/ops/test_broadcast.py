"""Element by element: the contracts against torch."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, tensor

Shape = tuple[int, ...]


@st.composite
def partners(draw: st.DrawFn, shape: Shape) -> Shape:
    """A shape that mostly broadcasts with another: leading axes away, axes of 1, sometimes a wrong size."""
    tail = shape[draw(st.integers(0, len(shape))) :]
    ones = tuple(draw(st.sampled_from([size, size, 1])) for size in tail)
    return draw(nearly(ones))


PAIRS = (operator.add, operator.sub, operator.truediv, operator.lt, torch.maximum, torch.atan2, torch.pow)


@pytest.mark.parametrize("pair", PAIRS)
@examples
@given(shapes(0, 3), st.data())
def test_two_operands(pair: Callable[..., Any], shape: Shape, data: st.DataObject) -> None:
    other = data.draw(partners(shape))
    hold(lambda: pair(tensor(shape), tensor(other)))
    hold(lambda: pair(tensor(other), tensor(shape)))


@examples
@given(shapes(0, 3), st.data())
def test_in_place_never_grows(shape: Shape, data: st.DataObject) -> None:
    other = data.draw(partners(shape))
    hold(lambda: tensor(shape).add_(tensor(other)), "add")
    hold(lambda: tensor(other).mul_(tensor(shape)), "mul")
    hold(lambda: operator.iadd(tensor(other), tensor(shape)), "add")
    hold(lambda: tensor(shape).copy_(tensor(other)), "copy")
    hold(lambda: tensor(shape).clamp_(min=tensor(other)), "clamp")


@examples
@given(shapes(0, 3), st.data())
def test_three_operands(shape: Shape, data: st.DataObject) -> None:
    first, second = data.draw(partners(shape)), data.draw(partners(shape))
    hold(lambda: torch.where(tensor(first, torch.bool), tensor(shape), tensor(second)), "where")
    hold(lambda: tensor(first).where(tensor(shape, torch.bool), tensor(second)), "where")
    hold(lambda: torch.lerp(tensor(shape), tensor(first), tensor(second)), "lerp")
    hold(lambda: torch.addcmul(tensor(shape), tensor(first), tensor(second)), "addcmul")
    hold(lambda: torch.clamp(tensor(shape), tensor(first), tensor(second)), "clamp")


@examples
@given(shapes(0, 3), st.data())
def test_masked_fill(shape: Shape, data: st.DataObject) -> None:
    mask = tensor(data.draw(partners(shape)), data.draw(st.sampled_from([torch.bool, torch.bool, torch.int64])))
    value = data.draw(st.sampled_from([0.0, tensor(()), tensor((1,))]))
    hold(lambda: tensor(shape).masked_fill(mask, value), "masked_fill")
    hold(lambda: tensor(shape).masked_fill_(mask, value), "masked_fill")


def test_kinds() -> None:
    assert hold(lambda: tensor((2, 3)) + tensor((2, 4))) == ("broadcast",)
    assert hold(lambda: tensor((1, 3)).add_(tensor((2, 3)))) == ("inplace",)
    assert hold(lambda: tensor((3,)).add_(tensor((2, 3)))) == ("inplace",)
    assert hold(lambda: tensor((2, 3)).add_(tensor((2, 4)))) == ("broadcast",)


@examples
@given(shapes(0, 3))
def test_a_number_in_an_operands_place(shape: Shape) -> None:
    x = tensor(shape)
    for run in (
        lambda: x - 1,
        lambda: 1 - x,
        lambda: 2 / x,
        lambda: x**2,
        lambda: 2**x,
        lambda: x == 3,
        lambda: x // 2,
        lambda: 7 % (x + 1),
        lambda: x.clamp(min=0),
        lambda: torch.where(x > 0, 1.0, x),
        lambda: torch.masked_fill(x, x > 0, float("-inf")),
    ):
        assert hold(run) == ()


@examples
@given(shapes(1, 3))
def test_one_operand(shape: Shape) -> None:
    x = tensor(shape)
    for run in (
        lambda: F.relu(x),
        lambda: F.gelu(x, approximate="tanh"),
        lambda: F.dropout(x, 0.1, True),
        lambda: F.leaky_relu(x, 0.2, inplace=True),
        lambda: torch.sigmoid(x),
        lambda: x.to(torch.float64),
        lambda: x.float().contiguous(),
        lambda: -x,
        lambda: x.clone().zero_(),
        lambda: torch.empty_like(x).normal_(0, 1),
        lambda: x.type(torch.int64),
        lambda: x.bool().logical_not(),
        lambda: ~x.bool(),
        lambda: abs(x),
        lambda: x.detach().requires_grad_(),
    ):
        assert hold(run) == ()


@examples
@given(shapes(0, 3), st.lists(st.integers(-4, 4), max_size=3), st.lists(st.integers(-2, 2), min_size=1, max_size=3))
def test_flip_and_roll(shape: Shape, dims: list[int], shifts: list[int]) -> None:
    hold(lambda: torch.flip(tensor(shape), dims), "flip")
    hold(lambda: torch.roll(tensor(shape), tuple(shifts), tuple(dims)), "roll")
    hold(lambda: torch.tril(tensor(shape)), "tril")
    hold(lambda: F.dropout1d(tensor(shape)), "dropout1d")


@examples
@given(shapes(0, 3), st.data())
def test_prelu(shape: Shape, data: st.DataObject) -> None:
    hold(lambda: F.prelu(tensor(shape), tensor(data.draw(nearly(shape[1:2] or (1,))))), "prelu")
