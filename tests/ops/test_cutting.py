"""Parts, diagonals, stacks and padded sequences, held against torch."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pad_sequence

from tests.ops.harness import examples, hold, nearly, shapes, tensor

Shape = tuple[int, ...]
axes = st.integers(-4, 4)


@examples
@given(shapes(0, 3), st.integers(-1, 5) | st.lists(st.integers(-4, 5), max_size=3).map(tuple), axes)
def test_tensor_split(shape: Shape, sections: int | Shape, dim: int) -> None:
    hold(lambda: torch.tensor_split(tensor(shape), sections, dim=dim), "tensor_split")


@examples
@given(shapes(0, 3), st.integers(-3, 3), axes, axes)
def test_diagonals(shape: Shape, offset: int, first: int, second: int) -> None:
    hold(lambda: torch.diagonal(tensor(shape), offset, first, second), "diagonal")
    if abs(offset) < min(shape, default=1):  # torch's own bounds differ between its kernels
        hold(lambda: torch.diag(tensor(shape), offset), "diag")
    hold(lambda: tensor(shape).trace(), "trace")


@examples
@given(shapes(0, 4))
def test_atleast(shape: Shape) -> None:
    for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
        assert hold(lambda name=name: getattr(torch, name)(tensor(shape)), name) == ()


@examples
@given(shapes(0, 4), st.data())
def test_stacks(shape: Shape, data: st.DataObject) -> None:
    other = data.draw(nearly(shape))
    for name in ("hstack", "vstack", "dstack"):
        hold(lambda name=name: getattr(torch, name)([tensor(shape), tensor(other)]), name)


@examples
@given(shapes(0, 3), st.integers(1, 5), st.booleans(), st.data())
def test_padded_sequences(shape: Shape, length: int, batch_first: bool, data: st.DataObject) -> None:
    other = data.draw(nearly((length, *shape[1:])))
    hold(lambda: pad_sequence([tensor(shape), tensor(other)], batch_first), "pad_sequence")
