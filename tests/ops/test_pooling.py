"""Pooling held against torch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.harness import examples, hold, nearly, tensor


@st.composite
def inputs(draw: st.DrawFn, spatial: int, largest: int = 6) -> tuple[int, ...]:
    lead = draw(st.sampled_from([(2,), (2, 3), (2, 3)]))
    return draw(nearly((*lead, *draw(st.lists(st.integers(1, largest), min_size=spatial, max_size=spatial)))))


def each(number: st.SearchStrategy[int], spatial: int) -> st.SearchStrategy[Any]:
    return st.one_of(number, st.lists(number, min_size=spatial, max_size=spatial).map(tuple))


@pytest.mark.parametrize("spatial", [1, 2, 3])
@pytest.mark.parametrize("kind", ["max", "avg"])
@examples
@given(st.data())
def test_windows(kind: str, spatial: int, data: st.DataObject) -> None:
    options: dict[str, Any] = {"ceil_mode": data.draw(st.booleans())}
    if data.draw(st.booleans()):
        options["stride"] = data.draw(each(st.integers(1, 3), spatial))
    if data.draw(st.booleans()):
        options["padding"] = data.draw(each(st.integers(0, 2), spatial))
    if kind == "max" and data.draw(st.booleans()):
        options["dilation"] = data.draw(each(st.integers(1, 2), spatial))
    shape, kernel = data.draw(inputs(spatial)), data.draw(each(st.integers(1, 4), spatial))
    hold(lambda: getattr(F, f"{kind}_pool{spatial}d")(tensor(shape), kernel, **options), f"{kind}_pool{spatial}d")


@examples
@given(inputs(2), st.integers(1, 4), st.booleans())
def test_powers_and_places(shape: tuple[int, ...], kernel: int, places: bool) -> None:
    hold(lambda: F.lp_pool2d(tensor(shape), 2, kernel), "lp_pool2d")
    hold(lambda: F.max_pool2d(tensor(shape), kernel, return_indices=places), "max_pool2d")
    hold(lambda: torch.nn.MaxPool2d(kernel)(tensor(shape)), "max_pool2d")


@pytest.mark.parametrize("spatial", [1, 2, 3])
@examples
@given(st.data())
def test_adaptive(spatial: int, data: st.DataObject) -> None:
    shape = data.draw(inputs(spatial))
    number = st.integers(1, 4)
    asked = data.draw(each(number if spatial == 1 else st.one_of(number, st.none()), spatial))
    if isinstance(asked, tuple):
        asked = data.draw(st.sampled_from([asked, asked, asked, (*asked, 2)]))
    if asked is None:
        asked = 1
    hold(lambda: getattr(F, f"adaptive_avg_pool{spatial}d")(tensor(shape), asked), f"adaptive_avg_pool{spatial}d")
    places = data.draw(st.booleans())
    run = getattr(F, f"adaptive_max_pool{spatial}d")
    hold(lambda: run(tensor(shape), asked, return_indices=places), f"adaptive_max_pool{spatial}d")


def test_kinds() -> None:
    assert hold(lambda: F.max_pool2d(tensor((2, 3, 1, 4)), 2)) == ("window",)
    assert hold(lambda: F.max_pool2d(tensor((2, 4)), 2)) == ("rank",)
    assert hold(lambda: F.avg_pool1d(tensor((2, 3, 8)), 2, padding=2)) == ("window",)
    assert hold(lambda: F.max_pool2d((tensor((2, 4)), tensor((2, 4))), 2)) == ("tuple",)
