"""Linear algebra over the last two axes, held against torch."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, tensor

Shape = tuple[int, ...]
sides = st.integers(1, 4)
leads = st.sampled_from([(), (2,), (1, 3)])


def matrices(shape: Shape, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Matrices that have an inverse where they are square: the identity."""
    if len(shape) < 2:
        return torch.ones(shape, dtype=dtype)
    return torch.eye(shape[-2], shape[-1]).to(dtype).expand(shape).contiguous()


@examples
@given(leads, sides, st.data())
def test_square(lead: Shape, side: int, data: st.DataObject) -> None:
    shape = data.draw(nearly((*lead, side, side)))
    for name in ("inv", "det", "slogdet", "cholesky", "eigh", "eigvalsh", "eig", "eigvals", "matrix_exp"):
        hold(lambda name=name: getattr(torch.linalg, name)(matrices(shape)))
    for name in ("inverse", "logdet"):
        hold(lambda name=name: getattr(torch, name)(matrices(shape)), name)
    hold(lambda: torch.linalg.matrix_power(matrices(shape), data.draw(st.integers(-2, 3))), "matrix_power")


@examples
@given(shapes(0, 4), st.booleans(), st.sampled_from(["reduced", "complete", "r"]))
def test_factors(shape: Shape, full: bool, mode: str) -> None:
    hold(lambda: torch.linalg.svd(tensor(shape), full_matrices=full), "svd")
    hold(lambda: torch.linalg.svdvals(tensor(shape)), "svdvals")
    hold(lambda: torch.linalg.qr(tensor(shape), mode), "qr")
    hold(lambda: torch.linalg.pinv(tensor(shape)), "pinv")


@examples
@given(leads, sides, sides, st.booleans(), st.data())
def test_systems(lead: Shape, side: int, columns: int, vector: bool, data: st.DataObject) -> None:
    shape = data.draw(nearly((*lead, side, side)))
    other = data.draw(st.sampled_from([lead, lead[1:], ()]))
    right = data.draw(nearly((*other, side) if vector else (*other, side, columns)))
    hold(lambda: torch.linalg.solve(matrices(shape), tensor(right)), "solve")
    hold(lambda: torch.linalg.solve_triangular(matrices(shape), tensor(right), upper=True), "solve_triangular")
    turned = data.draw(nearly((*lead, columns, side)))
    hold(lambda: torch.linalg.solve_triangular(matrices(shape), tensor(turned), upper=True, left=False))


@examples
@given(leads, sides, sides, st.booleans(), st.data())
def test_least_squares(lead: Shape, samples: int, unknowns: int, vector: bool, data: st.DataObject) -> None:
    shape = data.draw(nearly((*lead, samples, unknowns)))
    right = data.draw(nearly((*lead, samples) if vector else (*lead, samples, 2)))
    hold(lambda: torch.linalg.lstsq(matrices(shape), tensor(right)), "lstsq")


def test_kinds() -> None:
    assert hold(lambda: torch.linalg.inv(tensor((20, 4)))) == ("square",)
    assert hold(lambda: torch.linalg.inv(tensor((4,)))) == ("rank",)
    assert hold(lambda: torch.linalg.inv(tensor((4, 4), torch.int64))) == ("dtype",)
    assert hold(lambda: torch.linalg.solve(matrices((4, 4)), tensor((5, 2)))) == ("contraction",)
    assert hold(lambda: torch.linalg.lstsq(matrices((20, 4)), tensor((4, 2)))) == ("contraction",)
