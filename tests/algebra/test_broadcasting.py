"""The broadcasting rule, held against torch and its own laws."""

from __future__ import annotations

import torch
from hypothesis import given

from axiswise.algebra.broadcasting import broadcast, first_clash
from tests.ops.harness import examples, shapes


def torchs(*several: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return tuple(torch.broadcast_shapes(*several))
    except RuntimeError:
        return None


@examples
@given(shapes(0, 4), shapes(0, 4), shapes(0, 4))
def test_as_torch(a: tuple[int, ...], b: tuple[int, ...], c: tuple[int, ...]) -> None:
    assert broadcast(a, b) == torchs(a, b)
    assert broadcast(a, b, c) == torchs(a, b, c)


@examples
@given(shapes(0, 4), shapes(0, 4))
def test_a_clash_is_there_exactly_when_there_is_no_common_shape(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    clash = first_clash(a, b)
    assert (clash is None) == (broadcast(a, b) is not None)
    if clash is not None:
        i, j = clash
        assert len(a) - i == len(b) - j
        assert a[i] != b[j]
        assert 1 not in (a[i], b[j])


@examples
@given(shapes(0, 4), shapes(0, 4))
def test_order_does_not_matter(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    assert broadcast(a, b) == broadcast(b, a)
