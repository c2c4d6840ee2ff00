"""Pooling undone, and pooling by chance, held against torch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, tensor

Shape = tuple[int, ...]


@examples
@given(st.integers(1, 3), st.data())
def test_max_unpool(count: int, data: st.DataObject) -> None:
    shape = data.draw(nearly((2, 3, *(2,) * count)))
    places = data.draw(st.just(shape) | nearly(shape))
    asked = data.draw(st.none() | st.lists(st.integers(1, 7), min_size=count, max_size=count) | st.just([2, 3, 4, 4]))
    unpool = getattr(F, f"max_unpool{count}d")
    options = {"stride": data.draw(st.none() | st.integers(1, 3)), "output_size": asked}
    hold(lambda: unpool(tensor(shape), torch.zeros(places, dtype=torch.int64), 2, **options), f"max_unpool{count}d")


@examples
@given(st.integers(2, 3), st.integers(1, 3), st.data())
def test_fractional_pool(count: int, kernel: int, data: st.DataObject) -> None:
    shape = data.draw(nearly((2, 3, *data.draw(st.lists(st.integers(1, 6), min_size=count, max_size=count)))))
    pool = getattr(F, f"fractional_max_pool{count}d")
    asked = data.draw(st.integers(1, 6) | st.lists(st.integers(1, 6), min_size=count, max_size=count))
    hold(lambda: pool(tensor(shape), kernel, output_size=asked), f"fractional_max_pool{count}d")


@examples
@given(shapes(0, 4))
def test_local_response_norm(shape: Shape) -> None:
    hold(lambda: F.local_response_norm(tensor(shape), 3), "local_response_norm")


@examples
@given(shapes(0, 4), st.integers(1, 4) | st.lists(st.integers(0, 4), max_size=2))
def test_even_splits(shape: Shape, sections: int | list[int]) -> None:
    for name in ("hsplit", "vsplit", "dsplit"):
        hold(lambda name=name: getattr(torch, name)(tensor(shape), sections), name)


@examples
@given(shapes(0, 3), st.data())
def test_column_stack(shape: Shape, data: st.DataObject) -> None:
    other = data.draw(nearly(shape))
    hold(lambda: torch.column_stack([tensor(shape), tensor(other)]), "column_stack")


def test_kinds() -> None:
    places = torch.zeros((1, 2, 4), dtype=torch.int64)
    assert hold(lambda: F.max_unpool1d(tensor((1, 2, 4)), places, 2, output_size=(40,))) == ("window",)
    assert hold(lambda: F.max_unpool1d(tensor((1, 2, 3)), places, 2)) == ("index-shape",)
    assert hold(lambda: torch.hsplit(tensor((4, 9)), 2)) == ("split",)
    assert hold(lambda: F.fractional_max_pool2d(tensor((1, 2, 8, 8)), 3, output_size=12)) == ("window", "window")
