"""Vectors, chains of matrices, grids, and places in an order, held against torch."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, sizes, tensor

Shape = tuple[int, ...]
axes = st.integers(-4, 4)


@examples
@given(st.lists(st.sampled_from([1, 2, 3]), max_size=3).map(tuple), axes, st.data())
def test_cross(shape: Shape, dim: int, data: st.DataObject) -> None:
    other = data.draw(nearly(shape))
    hold(lambda: torch.cross(tensor(shape), tensor(other)), "cross")
    hold(lambda: torch.cross(tensor(shape), tensor(other), dim=dim), "cross")
    hold(lambda: torch.linalg.cross(tensor(shape), tensor(other)), "cross")


@examples
@given(shapes(0, 3), shapes(0, 3))
def test_kron(left: Shape, right: Shape) -> None:
    assert hold(lambda: torch.kron(tensor(left), tensor(right)), "kron") == ()


@examples
@given(st.lists(sizes, min_size=2, max_size=5), st.data())
def test_chains(ends: list[int], data: st.DataObject) -> None:
    drawn = [data.draw(nearly(pair)) for pair in pairwise(ends)]
    hold(lambda: torch.chain_matmul(*map(tensor, drawn)), "chain_matmul")
    if data.draw(st.booleans()):
        drawn[0] = drawn[0][1:] or drawn[0]
    hold(lambda: torch.linalg.multi_dot([*map(tensor, drawn)]), "multi_dot")


@examples
@given(st.lists(shapes(0, 2), min_size=1, max_size=3), st.sampled_from(["ij", "xy"]))
def test_meshgrid(drawn: list[Shape], indexing: str) -> None:
    hold(lambda: torch.meshgrid(*map(tensor, drawn), indexing=indexing), "meshgrid")


@examples
@given(shapes(0, 4), st.integers(-1, 4), st.lists(axes, min_size=1, max_size=3))
def test_quarter_turns(shape: Shape, turns: int, dims: list[int]) -> None:
    hold(lambda: torch.rot90(tensor(shape), turns, dims), "rot90")
    hold(lambda: torch.rot90(tensor(shape)), "rot90")


@examples
@given(shapes(0, 3), shapes(0, 2), st.none() | axes, st.booleans())
def test_quantiles(shape: Shape, q: Shape, dim: int | None, keepdim: bool) -> None:
    for name in ("quantile", "nanquantile"):
        hold(lambda name=name: getattr(torch, name)(tensor(shape), tensor(q), dim, keepdim), name)
        hold(lambda name=name: getattr(torch, name)(tensor(shape), 0.5, dim, keepdim), name)


@examples
@given(shapes(0, 3), st.data())
def test_bins(shape: Shape, data: st.DataObject) -> None:
    values = data.draw(nearly((*shape[:-1], 4)))
    hold(lambda: torch.searchsorted(tensor(shape), tensor(values)), "searchsorted")
    hold(lambda: torch.bucketize(tensor(values), tensor(shape)), "bucketize")
    hold(lambda: torch.searchsorted(tensor(shape), 0.5), "searchsorted")


@examples
@given(sizes, sizes, sizes, st.data())
def test_sums_of_products(batch: int, rows: int, columns: int, data: st.DataObject) -> None:
    left, right = data.draw(nearly((batch, rows, 2))), data.draw(nearly((batch, 2, columns)))
    added = data.draw(nearly((rows, columns)) | st.just((columns,)) | st.just(()))
    hold(lambda: torch.addbmm(tensor(added), tensor(left), tensor(right)), "addbmm")
    first, second = data.draw(nearly((rows,))), data.draw(nearly((columns,)))
    hold(lambda: torch.addr(tensor(added), tensor(first), tensor(second)), "addr")


@examples
@given(sizes, sizes, st.sampled_from([torch.bool, torch.int64, torch.float32]))
def test_products_of_other_types(rows: int, columns: int, dtype: torch.dtype) -> None:
    matrix, vector = tensor((rows, columns), dtype), tensor((columns,), dtype)
    hold(lambda: matrix @ matrix.T, "matmul")
    hold(lambda: matrix @ vector, "matmul")
    hold(lambda: torch.bmm(matrix[None], matrix.T[None]), "bmm")
    hold(lambda: torch.dot(vector, vector), "dot")
    hold(lambda: torch.inner(matrix, vector), "inner")


@examples
@given(shapes(0, 3), shapes(0, 2), st.none() | axes)
def test_repeats_of_each(shape: Shape, repeats: Shape, dim: int | None) -> None:
    counts = torch.ones(repeats, dtype=torch.int64)
    total = shape[dim] if dim is not None and -len(shape) <= dim < len(shape) else tensor(shape).numel()
    if counts.numel() in (1, total):
        return
    hold(lambda: torch.repeat_interleave(tensor(shape), counts, dim), "repeat_interleave")


@examples
@given(st.sampled_from([2, 3]), st.integers(0, 2), st.data())
def test_affine_grids(rank: int, extra: int, data: st.DataObject) -> None:
    size = [2, 3, *data.draw(st.lists(sizes, min_size=rank, max_size=rank)), *[1] * (extra // 2)]
    theta = data.draw(nearly((2, rank, rank + 1)))
    hold(lambda: F.affine_grid(tensor(theta), size, align_corners=False), "affine_grid")


def test_kinds() -> None:
    assert hold(lambda: torch.cross(tensor((10, 3)), tensor((10, 3)), dim=0)) == ("length",)
    assert hold(lambda: torch.rot90(tensor((3, 8, 8)), 1, (2, 3))) == ("axis-range",)
    assert hold(lambda: torch.chain_matmul(tensor((3, 4)), tensor((5, 4)))) == ("contraction",)
    assert hold(lambda: tensor((2, 2), torch.bool) @ tensor((2, 2), torch.bool)) == ("dtype",)
    repeats = torch.ones(4, dtype=torch.int64)
    assert hold(lambda: torch.repeat_interleave(tensor((4, 16)), repeats, 1)) == ("index-shape",)
