"""Guards in the user's names, and what several of them amount to."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._sympy.functions import CeilToInt, FloorDiv, IntTrueDiv, Max, Min, Mod, PythonMod

from axiswise.frontends.torch.models.claims import Grid, claims
from axiswise.frontends.torch.models.guards import Relation, at_least, at_most, in_steps, relation_of

T, H, W, B = (sympy.Symbol(f"s{number}", integer=True, positive=True) for number in (9, 27, 77, 3))
NAMES = {"s9": "time", "s27": "height", "s77": "width", "s3": "batch"}


def _read(guard: Any) -> Relation:
    found = relation_of(guard, NAMES)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("guard", "text"),
    [
        (sympy.Le(T, 1024), "time <= 1024"),
        (sympy.Lt(T, 1025), "time <= 1024"),
        (sympy.Gt(T, 4), "time >= 5"),
        (sympy.Le(T + 3, 1024), "time <= 1021"),
        (sympy.Ge(1024 - T, 0), "time <= 1024"),
        (sympy.Eq(Mod(H, 16), 0), "height divisible by 16"),
        (sympy.Eq(PythonMod(8 * H, 32), 0), "height divisible by 4"),
        (sympy.Ne(Mod(H, 3), 0), "height not divisible by 3"),
        (sympy.Eq(H, W), "height == width"),
        (sympy.Eq(W, H), "height == width"),
        (sympy.Eq(64 * H * W, 65536), "height * width == 1024"),
        (sympy.Eq(B * H * W, 32 * B), "height * width == 32"),
        (sympy.Eq(FloorDiv(H, 16) * FloorDiv(W, 16), 196), "(height // 16) * (width // 16) == 196"),
        (sympy.Eq(W, 2 * H), "2 * height == width"),
        (sympy.Le(Max(T, H), 9), "max(time, height) <= 9"),
        (sympy.Eq(Min(T, 64), 8), "min(64, time) == 8"),
        (sympy.Eq(CeilToInt(IntTrueDiv(T, 2)), 4), "ceil(time / 2) == 4"),
    ],
)
def test_a_guard_is_said_in_the_users_names(guard: Any, text: str) -> None:
    assert _read(guard).text == text


@given(st.integers(1, 200), st.integers(1, 200))
def test_a_relation_holds_where_its_guard_does(height: int, width: int) -> None:
    for guard in (
        sympy.Eq(FloorDiv(H, 16) * FloorDiv(W, 16), 4),
        sympy.Le(H + 2 * W, 100),
        sympy.Ne(Mod(H, 3), 0),
        sympy.Ge(FloorDiv(H - 1, 2), Max(W, 5)),
    ):
        expected = bool(guard.xreplace({H: sympy.Integer(height), W: sympy.Integer(width)}))
        assert _read(guard).holds({"time": 1, "height": height, "width": width}) is expected


def test_a_guard_on_anything_else_is_no_relation() -> None:
    assert relation_of(sympy.Le(sympy.Symbol("u0"), 4), NAMES) is None
    assert relation_of(sympy.true, NAMES) is None


def test_what_cannot_be_divided_does_not_hold() -> None:
    assert not _read(sympy.Eq(Mod(100, FloorDiv(H, 16)), 0)).holds({"height": 3})


@given(st.integers(1, 12), st.integers(1, 60), st.integers(0, 200))
def test_what_is_claimed_of_one_axis_is_what_its_relations_ask(step: int, lowest: int, more: int) -> None:
    relations = [at_least("time", lowest), at_most("time", lowest + more), in_steps("time", step, 0)]
    base = -(-lowest // step) * step
    points = [{"time": size} for size in range(1, 400)]
    if base > lowest + more:
        return
    said = claims({"time": base}, relations, Grid(points))
    for point in points:
        assert all(each.holds(point) for each in said) == all(each.holds(point) for each in relations)


def test_a_product_is_not_split_where_other_factors_would_do() -> None:
    product = _read(sympy.Eq(H * W, 1024))
    points = [{"height": size, "width": 32} for size in range(1, 60)]
    assert [each.text for each in claims({"height": 32, "width": 32}, [product], Grid(points))] == [product.text]
