"""Square brackets, gather, scatter and their kin, held against torch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, tensor

Shape = tuple[int, ...]
edges = st.none() | st.integers(-4, 4)


@st.composite
def subscripts(draw: st.DrawFn, shape: Shape) -> tuple[Any, ...]:
    """Subscripts that mostly fit a shape, without masks."""
    parts: list[Any] = []
    for size in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(["number", "slice", "slice", "all", "tensor", "new"]))
        if kind == "number":
            parts.append(draw(st.integers(-size - (1 if draw(st.integers(0, 4)) == 0 else 0), size - 1)))
        elif kind == "slice":
            parts.append(slice(draw(edges), draw(edges), draw(st.sampled_from([None, 1, 2]))))
        elif kind == "tensor":
            parts.append(torch.zeros(draw(st.sampled_from([(2,), (1,), (3, 2), (3,), ()])), dtype=torch.long))
        else:
            parts.append(slice(None))
            if kind == "new":
                parts.append(None)
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), Ellipsis)
    if draw(st.integers(0, 5)) == 0:
        parts.append(0)
    return tuple(parts)


@examples
@given(shapes(0, 4).flatmap(lambda shape: st.tuples(st.just(shape), subscripts(shape))))
def test_square_brackets(case: tuple[Shape, tuple[Any, ...]]) -> None:
    shape, index = case
    hold(lambda: tensor(shape)[index], "index")


@examples
@given(shapes(1, 3).flatmap(lambda shape: st.tuples(st.just(shape), subscripts(shape), shapes(0, 3))))
def test_assignment(case: tuple[Shape, tuple[Any, ...], Shape]) -> None:
    shape, index, value = case
    hold(lambda: tensor(shape).__setitem__(index, tensor(value)), "index-assign")
    hold(lambda: tensor(shape).__setitem__(index, 1.0), "index-assign")


def test_masks() -> None:
    data, rows = tensor((3, 4)), torch.ones(3, dtype=torch.bool)
    watched = [
        (lambda: data[tensor((3, 5), torch.bool)], ("index-shape",)),
        (lambda: data[tensor((4,), torch.bool)], ("index-shape",)),
        (lambda: data[tensor((3, 4, 1), torch.bool)], ("rank",)),
        (lambda: data.__setitem__(rows, tensor((3, 4))), ()),
        (lambda: data.__setitem__(rows, tensor((3, 5))), ("inplace",)),
    ]
    for run, kinds in watched:
        assert hold(run) == kinds


def test_lists_are_index_tensors() -> None:
    assert hold(lambda: tensor((3, 4))[[0, 2]]) == ()
    assert hold(lambda: tensor((3, 4))[:, [True, False]]) == ("index-shape",)


def test_an_index_of_fractions_is_named() -> None:
    assert hold(lambda: tensor((3,))[tensor((2,))]) == ("dtype",)


@examples
@given(shapes(0, 3), st.integers(-3, 3), st.data())
def test_gather_and_scatter(shape: Shape, dim: int, data: st.DataObject) -> None:
    index = tensor(data.draw(nearly(shape)), torch.long)
    source = tensor(data.draw(nearly(shape)))
    hold(lambda: torch.gather(tensor(shape), dim, index), "gather")
    hold(lambda: tensor(shape).scatter(dim, index, source), "scatter")
    hold(lambda: tensor(shape).scatter_add_(dim, index, source), "scatter_add")


@examples
@given(shapes(0, 3), shapes(0, 2), st.integers(-3, 3))
def test_index_select(shape: Shape, index: Shape, dim: int) -> None:
    hold(lambda: tensor(shape).index_select(dim, tensor(index, torch.long)), "index_select")


@examples
@given(shapes(0, 3), st.integers(1, 3), st.integers(-3, 3), st.data())
def test_index_add(shape: Shape, count: int, dim: int, data: st.DataObject) -> None:
    axis = dim % len(shape) if shape else 0
    source = data.draw(nearly((*shape[:axis], count, *shape[axis + 1 :]) if shape else (count,)))
    index = tensor((count,), torch.long)
    hold(lambda: tensor(shape).index_add(dim, index, tensor(source)), "index_add")
    hold(lambda: tensor(shape).index_fill(dim, index, 1.0), "index_fill")


@examples
@given(shapes(0, 2), shapes(0, 2))
def test_index_put(index: Shape, value: Shape) -> None:
    places = tensor(index, torch.long)
    hold(lambda: tensor((3, 4)).__setitem__((places, places), tensor(value)), "index-assign")
    hold(lambda: tensor((3, 4)).index_put_((places, places), tensor(value)), "index_put")


@examples
@given(shapes(1, 3), st.integers(-3, 3), st.data())
def test_take_along(shape: Shape, dim: int, data: st.DataObject) -> None:
    index = tensor(data.draw(nearly(shape)), torch.long)
    hold(lambda: torch.take_along_dim(tensor(shape), index, dim), "take_along_dim")
    assert hold(lambda: torch.take_along_dim(tensor(shape), index)) == ()


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_one_hot(shape: Shape) -> None:
    assert hold(lambda: F.one_hot(tensor(shape, torch.long), 4), "one_hot") == ()
    assert hold(lambda: F.one_hot(tensor(shape), 4), "one_hot") == ("dtype",)


def test_a_mask_that_does_not_fit() -> None:
    assert hold(lambda: tensor((2, 3)).masked_select(tensor((2, 4), torch.bool))) == ("index-shape",)
