from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, shapes, sizes, tensor

dtypes = st.sampled_from([torch.float32, torch.float32, torch.float32, torch.float64, torch.int64])


@st.composite
def pair(draw: st.DrawFn, lead: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Two operands of a product, nearly fitting."""
    n, m, p = draw(sizes), draw(sizes), draw(sizes)
    batch = draw(shapes(lead, lead))
    left, right = draw(nearly((*batch, n, m))), draw(nearly((*batch, m, p)))
    return tensor(left, draw(dtypes)), tensor(right, draw(dtypes))


@examples
@given(st.integers(0, 2).flatmap(pair))
def test_matmul(operands: tuple[torch.Tensor, torch.Tensor]) -> None:
    left, right = operands
    hold(lambda: left @ right, "matmul")
    hold(lambda: torch.matmul(left, other=right), "matmul")


@examples
@given(shapes(0, 4), shapes(0, 4))
def test_matmul_of_any_shapes(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    hold(lambda: tensor(left) @ tensor(right))
    hold(lambda: tensor(left).__rmatmul__(tensor(right)))


@examples
@given(pair(0))
def test_mm(operands: tuple[torch.Tensor, torch.Tensor]) -> None:
    hold(lambda: torch.mm(*operands), "mm")


@examples
@given(pair(1))
def test_bmm(operands: tuple[torch.Tensor, torch.Tensor]) -> None:
    hold(lambda: operands[0].bmm(operands[1]), "bmm")


@examples
@given(shapes(1, 2), shapes(1, 2))
def test_vectors(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    a, b = tensor(left), tensor(right)
    hold(lambda: torch.mv(a, b), "mv")
    hold(lambda: torch.dot(a, b), "dot")
    hold(lambda: torch.outer(a, b), "outer")
    hold(lambda: torch.inner(a, b), "inner")


@examples
@given(shapes(0, 3), shapes(0, 3))
def test_paired(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    hold(lambda: torch.inner(tensor(left), tensor(right)), "inner")
    hold(lambda: torch.cdist(tensor(left), tensor(right)), "cdist")


@examples
@given(st.data())
def test_added(data: st.DataObject) -> None:
    left, right = data.draw(pair(0))
    n, p = left.shape[:1], right.shape[-1:]
    added = tensor(data.draw(nearly((*n, *p))), data.draw(dtypes))
    hold(lambda: torch.addmm(added, left, right), "addmm")
    if left.dim() == 2:
        vector = tensor(data.draw(nearly(left.shape[1:])))
        hold(lambda: torch.addmv(tensor(data.draw(nearly(n))), left.float(), vector), "addmv")


@examples
@given(st.data())
def test_baddbmm(data: st.DataObject) -> None:
    left, right = data.draw(pair(1))
    added = tensor(data.draw(nearly((*left.shape[:-1], *right.shape[-1:]))))
    hold(lambda: torch.baddbmm(added, left, right), "baddbmm")


@examples
@given(st.data())
def test_linear(data: st.DataObject) -> None:
    weight = data.draw(nearly((data.draw(sizes), data.draw(sizes))))
    features = data.draw(nearly(weight[-1:], ranks=False)) if weight else ()
    given_input = tensor((*data.draw(shapes(0, 3)), *features), data.draw(dtypes))
    bias = tensor(data.draw(nearly(weight[:-1], ranks=False)), data.draw(dtypes)) if data.draw(st.booleans()) else None
    hold(lambda: F.linear(given_input, tensor(weight), bias), "linear")


@examples
@given(st.data())
def test_bilinear(data: st.DataObject) -> None:
    out, m, p = data.draw(sizes), data.draw(sizes), data.draw(sizes)
    batch = data.draw(shapes(0, 2))
    left, right = tensor(data.draw(nearly((*batch, m)))), tensor(data.draw(nearly((*batch, p))), data.draw(dtypes))
    weight, bias = tensor(data.draw(nearly((out, m, p)))), tensor(data.draw(nearly((out,), ranks=False)))
    hold(lambda: F.bilinear(left, right, weight, bias), "bilinear")


EQUATIONS = (
    "ij,jk->ik",
    "ij,jk",
    "bij,bjk->bik",
    "bhqd,bhkd->bhqk",
    "...ij,...jk->...ik",
    "i...,i->...",
    "ii->i",
    "ij,ij->",
    "bn,anm,bm->ba",
    "...i, ...i",
    "iJ,jK",
    "ij->kj",
    "ij->ii",
    "i1->i",
)


@examples
@given(st.data())
def test_einsum(data: st.DataObject) -> None:
    equation = data.draw(st.sampled_from(EQUATIONS))
    letters = {letter: data.draw(sizes) for letter in "abdhijkmnqJK1"}
    lead = data.draw(shapes(0, 2))
    operands: list[torch.Tensor] = []
    for term in equation.replace(" ", "").partition("->")[0].split(","):
        before, dots, after = term.partition("...")
        shape = (*(letters[x] for x in before), *(lead if dots else ()), *(letters[x] for x in after))
        operands.append(tensor(data.draw(nearly(shape)), data.draw(dtypes)))
    if data.draw(st.booleans()) and len(operands) > 1:
        operands.pop() if data.draw(st.integers(0, 5)) == 0 else None
    hold(lambda: torch.einsum(equation, *operands), "einsum")
    hold(lambda: torch.einsum(equation, operands), "einsum")


@examples
@given(st.data())
def test_einsum_of_sublists(data: st.DataObject) -> None:
    n, m = data.draw(sizes), data.draw(sizes)
    a, b = tensor((2, n)), tensor((m, 3))
    hold(lambda: torch.einsum(a, [0, 1], b, [1, 2], [0, 2]), "einsum")
    hold(lambda: torch.einsum(a, [..., 1], b, [1, 2]), "einsum")


axes = st.lists(st.integers(-3, 3), min_size=1, max_size=2)


@examples
@given(shapes(1, 3), shapes(1, 3), st.one_of(st.integers(0, 3), st.tuples(axes, axes)))
def test_tensordot(left: tuple[int, ...], right: tuple[int, ...], dims: int | tuple[list[int], list[int]]) -> None:
    hold(lambda: torch.tensordot(tensor(left), tensor(right), dims=dims), "tensordot")


@pytest.mark.parametrize(
    ("left", "right", "kinds"),
    [((2, 3), (4, 5), ("contraction",)), ((2, 3, 4), (3, 5, 4), ("batch", "contraction")), ((), (3,), ("rank",))],
)
def test_what_matmul_names(left: tuple[int, ...], right: tuple[int, ...], kinds: tuple[str, ...]) -> None:
    assert hold(lambda: tensor(left) @ tensor(right)) == kinds
