"""Tensors made from sizes or in another's likeness: shapes and where they come from, held against torch."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from axiswise.frontends.torch.vocabulary.reading import Reading, read_call
from axiswise.ops.contract import contract_of
from tests.ops.harness import call_of, examples, hold, shapes, tensor

Shape = tuple[int, ...]


@pytest.mark.parametrize("name", ["zeros", "ones", "empty", "rand", "randn"])
@examples
@given(shapes(1, 4))
def test_sizes_loose_or_as_one(name: str, shape: Shape) -> None:
    assert hold(lambda: getattr(torch, name)(*shape), name) == ()
    assert hold(lambda: getattr(torch, name)(shape, dtype=torch.float64), name) == ()
    assert hold(lambda: getattr(torch, name)(size=list(shape)), name) == ()


@examples
@given(shapes(0, 3))
def test_with_values(shape: Shape) -> None:
    for run in (
        lambda: torch.full(shape, 3.0),
        lambda: torch.randint(10, shape),
        lambda: torch.randint(2, 10, shape),
        lambda: torch.randint(0, 10, size=shape),
        lambda: torch.normal(0.0, 1.0, size=shape),
        lambda: torch.tensor(tensor(shape).tolist()),
        lambda: torch.as_tensor(tensor(shape)),
    ):
        assert hold(run) == ()


@examples
@given(shapes(0, 3), shapes(1, 3))
def test_in_anothers_likeness(like: Shape, shape: Shape) -> None:
    x = tensor(like)
    for run in (
        lambda: torch.zeros_like(x),
        lambda: torch.full_like(x, 2),
        lambda: torch.randint_like(x, 5),
        lambda: x.new_zeros(shape),
        lambda: x.new_empty(*shape),
        lambda: x.new_full(shape, 1.0),
        lambda: x.new_tensor([1, 2]),
    ):
        assert hold(run) == ()


@examples
@given(st.integers(-3, 3), st.integers(0, 9), st.sampled_from([1, 2, 3, 0.5]), st.integers(0, 5))
def test_ladders(start: int, length: int, step: float, steps: int) -> None:
    for run in (
        lambda: torch.arange(length),
        lambda: torch.arange(start, start + length),
        lambda: torch.arange(start, start + length, step),
        lambda: torch.arange(start, start + length, step=step),
        lambda: torch.linspace(0, 1, steps),
        lambda: torch.randperm(length),
        lambda: torch.eye(length),
        lambda: torch.eye(length, steps),
    ):
        assert hold(run) == ()


def test_a_size_is_followed_to_its_number() -> None:
    def source(reading: Reading | None, axis: int) -> tuple[tuple[str, int], ...]:
        assert reading is not None
        contract = contract_of(reading.op)
        assert contract is not None
        return contract.source(call_of(reading), 0, axis).params

    assert source(read_call(torch.randn, (2, 3)), 1) == (("shape", 1),)
    assert source(read_call(torch.full, ((2, 3), 0.0)), 0) == (("shape", 0),)
    assert source(read_call(torch.arange, (5,)), 0) == (("end", -1),)
    assert source(read_call(torch.linspace, (0, 1, 5)), 0) == (("steps", -1),)
    assert source(read_call(torch.eye, (5,)), 1) == (("n", -1),)
