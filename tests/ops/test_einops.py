"""einops, held against einops itself."""

from __future__ import annotations

import warnings
from typing import Any

import einops
import pytest
import torch
from einops.layers.torch import Rearrange, Reduce
from hypothesis import given
from hypothesis import strategies as st

from axiswise.facts import AxisSource
from axiswise.frontends.torch.vocabulary.einops import read_einops
from axiswise.ops.contract import contract_of
from tests.ops.harness import call_of, compare, examples, hold_layer, nearly, shapes, sizes, tensor

Shape = tuple[int, ...]
REFUSALS = (einops.EinopsError, RuntimeError, ValueError)


def hold(name: str, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    """Run an einops function and compare it with its contract."""
    reading = read_einops(name, args, kwargs)
    assert reading is not None
    error, result = None, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = getattr(einops, name)(*args, **kwargs)
    except REFUSALS as refused:
        error = refused
    return compare(call_of(reading, result), error)


PATTERNS = [
    "a b c -> a b c",
    "a b c -> c a b",
    "a b c -> a (b c)",
    "a b c -> (a c) b",
    "a (b h) c -> a b h c",
    "a (h b) c -> (a h) b c",
    "a b (h k) -> (k b) (h a)",
    "... c -> c ...",
    "a ... -> (a ...)",
    "a ... c -> a (...) c",
    "a 1 c -> a c",
    "a b c -> a b 1 c",
    "a b -> b a",
    "a b c -> a b",
    "a b c d -> a b c e",
    "a () (b h) -> a b h",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@examples
@given(st.tuples(sizes, sizes, sizes).flatmap(nearly), st.sampled_from([{}, {"h": 2}, {"h": 3, "k": 2}, {"b": 2}]))
def test_rearrange(pattern: str, shape: Shape, lengths: dict[str, int]) -> None:
    hold("rearrange", tensor(shape), pattern, **lengths)


@pytest.mark.parametrize("pattern", ["a b c -> a c", "a (b h) c -> a h", "... c -> c", "a b c -> a 1 1", "a b -> a z"])
@examples
@given(shapes(2, 4), st.sampled_from([{}, {"h": 2}]))
def test_reduce(pattern: str, shape: Shape, lengths: dict[str, int]) -> None:
    hold("reduce", tensor(shape), pattern, "mean", **lengths)


@pytest.mark.parametrize(
    "pattern", ["a b -> a n b", "a b -> a (b n)", "a b -> (n a) b", "... a -> ... a 2", "a b -> a"]
)
@examples
@given(shapes(1, 3), st.sampled_from([{}, {"n": 3}]))
def test_repeat(pattern: str, shape: Shape, lengths: dict[str, int]) -> None:
    hold("repeat", tensor(shape), pattern, **lengths)


@examples
@given(shapes(2, 2), shapes(2, 2))
def test_a_list_is_an_axis_more(first: Shape, second: Shape) -> None:
    if first == second:
        assert hold("rearrange", [tensor(first), tensor(second)], "n a b -> a (n b)") == ()


@examples
@given(st.tuples(sizes, sizes).flatmap(nearly), st.tuples(sizes, sizes).flatmap(nearly))
def test_einsum(left: Shape, right: Shape) -> None:
    hold("einsum", tensor(left), tensor(right), "row inner, inner column -> row column")
    hold("einsum", tensor(left), tensor(right), "row inner, inner column -> column")


@examples
@given(st.tuples(sizes, sizes, sizes).flatmap(nearly), st.tuples(sizes, sizes).flatmap(nearly))
def test_pack(first: Shape, second: Shape) -> None:
    hold("pack", [tensor(first), tensor(second)], "a *")
    hold("pack", [tensor(first), tensor(second)], "a * b")


@examples
@given(shapes(1, 3), st.lists(st.sampled_from([(), (1,), (2,), (1, 2), (-1,)]), min_size=1, max_size=3))
def test_unpack(shape: Shape, parts: list[Shape]) -> None:
    hold("unpack", tensor(shape), parts, "a *")


@examples
@given(shapes(2, 4))
def test_layers(shape: Shape) -> None:
    if len(shape) == 3 and shape[2] % 2 == 0:
        assert hold_layer(Rearrange("a b (h c) -> a h b c", h=2), tensor(shape)) == ()
        assert hold_layer(Reduce("a b (h c) -> a h", "max", h=2), tensor(shape)) == ()


def test_the_axis_and_the_name_that_do_not_fit() -> None:
    reading = read_einops("rearrange", (tensor((2, 6, 66)), "b t (h d) -> b h t d"), {"h": 4, "d": 16})
    assert reading is not None
    call = call_of(reading)
    contract = contract_of(call.op)
    assert contract is not None
    (conflict,) = contract.conflicts(call)
    assert conflict.left is not None
    assert conflict.right is not None
    assert (conflict.left.axis, conflict.left.size, conflict.right.size) == (2, 66, 64)
    assert contract.output(call) == ((2, 4, 6, 16),)


def test_an_axis_of_a_whole_one_and_of_numbers_is_their_product() -> None:
    reading = read_einops("rearrange", (tensor((2, 3, 40)), "b c (n p) -> b n (p c)"), {"p": 8})
    assert reading is not None
    call = call_of(reading, tensor((2, 5, 24)))
    contract = contract_of(call.op)
    assert contract is not None
    assert contract.source(call, 0, 2) == AxisSource("product", (("input", 1),), (("p", -1),))
    assert contract.source(call, 0, 1).relation == "part"


def test_arrays_are_not_read() -> None:
    assert read_einops("rearrange", (torch.zeros(2, 2).numpy(), "a b -> b a"), {}) is None
