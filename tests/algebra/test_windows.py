"""The arithmetic of windows, held against counting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from axiswise.algebra.windows import extent, places, spread
from tests.ops.harness import examples

small = st.integers(1, 4)


@examples
@given(st.integers(1, 12), small, small, st.integers(0, 2), st.integers(1, 3))
def test_places_are_counted(size: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    last = size + padding - extent(kernel, dilation)
    counted = len(range(-padding, last + 1, stride))
    assert max(places(size, kernel, stride, padding, dilation), 0) == counted


@examples
@given(st.integers(1, 12), small, small)
def test_a_window_over_the_end_begins_within(size: int, kernel: int, stride: int) -> None:
    if kernel <= size:
        down, up = places(size, kernel, stride), places(size, kernel, stride, ceil=True)
        assert up in (down, down + 1)
        assert (up - 1) * stride < size


@examples
@given(st.integers(1, 8), small, small, st.integers(0, 2), st.integers(1, 3))
def test_spreading_undoes_sliding(size: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    wide = spread(size, kernel, stride, padding, dilation)
    if wide > 0:
        assert places(wide, kernel, stride, padding, dilation) == size
